"""Real sample workloads: Lambda side, Functions side, plan. The product never imports them."""
