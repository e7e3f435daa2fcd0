"""Customer service: is it a complaint, how severe, by when, who answers, is the customer satisfied."""
