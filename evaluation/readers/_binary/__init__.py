"""Files that are no text: of EC-Lab, of Zahner, and workbooks."""
