"""Services that invoke a function as the target of a target group: load balancers, VPC Lattice."""
