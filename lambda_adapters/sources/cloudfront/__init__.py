"""Amazon CloudFront with Lambda@Edge."""
