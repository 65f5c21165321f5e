"""Where the cases of a bulk run come from: folders, JSON Lines, JSON arrays, CSV and Excel workbooks."""
