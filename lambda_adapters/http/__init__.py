"""Plain HTTP values: requests, replies, headers, bodies and URLs. Nothing here depends on AWS."""
