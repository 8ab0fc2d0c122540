variable "name" {
  description = "Part of the name of every resource. Another name makes another set beside this one."
  type        = string
  default     = "seatrial"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,13}$", var.name))
    error_message = "name must be 3 to 14 lower-case letters and digits, the first a letter."
  }
}

variable "location" {
  description = "Azure region, as `az account list-locations --query [].name` prints it. It must have availability zones."
  type        = string
  default     = "westeurope"

  validation {
    condition     = can(regex("^[a-z]+[a-z0-9]*$", var.location))
    error_message = "location must be the name of a region, such as westeurope, not its display name."
  }
}

variable "github_repository" {
  description = "OWNER/NAME, with the capital letters that GitHub shows: Entra ID compares them. `make infra-plan` reads it from gh. null: Azure Pipelines alone."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository != null || var.azure_devops != null
    error_message = "github_repository or azure_devops must be given: else no job could sign in."
  }

  validation {
    condition     = var.github_repository == null || can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be OWNER/NAME."
  }
}

variable "github_owner_id" {
  description = "Number of the repository's owner, part of GitHub's immutable subjects. `make infra-plan` reads it from gh."
  type        = string
  default     = null

  validation {
    condition     = var.github_owner_id == null || can(regex("^[1-9][0-9]*$", var.github_owner_id))
    error_message = "github_owner_id must be a number: gh api repos/OWNER/NAME --jq .owner.id"
  }
}

variable "github_repository_id" {
  description = "Number of the repository, part of GitHub's immutable subjects. `make infra-plan` reads it from gh."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository_id == null || can(regex("^[1-9][0-9]*$", var.github_repository_id))
    error_message = "github_repository_id must be a number: gh api repos/OWNER/NAME --jq .id"
  }

  validation {
    condition     = (var.github_repository_id == null) == (var.github_owner_id == null)
    error_message = "github_owner_id and github_repository_id must be given together."
  }
}

variable "github_name_subjects" {
  description = "Whether to trust subjects of names alone. false, once the repository uses immutable subjects: a name can be taken over."
  type        = bool
  default     = true

  validation {
    condition     = var.github_name_subjects || var.github_repository == null || var.github_repository_id != null
    error_message = "Without the ids of GitHub, github_name_subjects must be true: no job could sign in."
  }
}

variable "azure_devops" {
  description = <<-EOT
    The service connections of docs/how-to/azure-pipelines.md, null without Azure Pipelines. `connections` has the
    issuer and the subject that Azure DevOps shows for a connection. One that is not in it is trusted by its name,
    with the issuer of Azure DevOps, which Microsoft retires on 1 July 2027.
  EOT
  type = object({
    organization    = string
    organization_id = string
    project         = string
    connections     = optional(map(object({ issuer = string, subject = string })), {})
  })
  default = null
}

variable "administrators" {
  description = "Object ids of the people or groups who run `make bootstrap` and publish models. Empty: who applies this."
  type        = set(string)
  default     = []
}

variable "publishers" {
  description = "Object ids of more people or groups who publish models."
  type        = set(string)
  default     = []
}

variable "zones" {
  description = "Availability zones of the nodes."
  type        = set(string)
  default     = ["1", "2"]

  validation {
    condition     = length(var.zones) >= 2
    error_message = "zones must name at least two, so that one may fail."
  }
}

variable "nodes" {
  description = "Size of the nodes, and the limits of the autoscaler."
  type = object({
    size = optional(string, "Standard_D2ds_v5")
    min  = optional(number, 2)
    max  = optional(number, 5)
  })
  default = {}

  validation {
    condition     = 2 <= var.nodes.min && var.nodes.min <= var.nodes.max
    error_message = "nodes.min must be at least 2, one for each zone, and at most nodes.max."
  }
}

variable "budget" {
  description = "Monthly budget in the currency of the subscription. At 80 % of it, and when 100 % is forecast, its owners and `emails` get a message. null: no budget, which not every kind of subscription can have."
  type = object({
    amount = optional(number, 500)
    emails = optional(set(string), [])
  })
  default = {}

  validation {
    condition     = var.budget == null ? true : var.budget.amount > 0
    error_message = "budget.amount must be more than 0."
  }
}
