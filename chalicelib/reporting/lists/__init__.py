"""Lists of clicks and conversions for admins and publishers, as pages and as CSV."""
