"""PDF: fonts, layout, drawing, structure, fields, file."""
