"""Campaigns that run by themselves, as Prefect deployments."""
