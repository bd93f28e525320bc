"""From a request to a completed assessment, on peaks of a month; and percentiles beside other engines."""
