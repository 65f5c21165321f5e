"""WordprocessingML: package, template, controls; and the document model read from it."""
