# Of the subscription, because most of the cost is in the nodes' resource group, which AKS creates.
resource "azurerm_consumption_budget_subscription" "this" {
  count = var.budget == null ? 0 : 1

  name            = "budget-${var.name}"
  subscription_id = data.azurerm_subscription.current.id
  amount          = var.budget.amount
  time_grain      = "Monthly"

  filter {
    dimension {
      name   = "ResourceGroupName"
      values = [azurerm_resource_group.this.name, azurerm_kubernetes_cluster.this.node_resource_group]
    }
  }

  # Azure accepts the first day of the current month or a later one; afterwards it stays.
  time_period {
    start_date = formatdate("YYYY-MM-01'T'00:00:00Z", plantimestamp())
  }

  notification {
    threshold      = 80
    threshold_type = "Actual"
    operator       = "GreaterThan"
    contact_emails = var.budget.emails
    contact_roles  = ["Owner"]
  }

  notification {
    threshold      = 100
    threshold_type = "Forecasted"
    operator       = "GreaterThan"
    contact_emails = var.budget.emails
    contact_roles  = ["Owner"]
  }

  lifecycle {
    ignore_changes = [time_period]
  }
}
