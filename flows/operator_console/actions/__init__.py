"""What a person may do in the console, a form and a plan for each; the commands' own functions."""
