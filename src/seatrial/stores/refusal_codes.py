"""The codes with which Azure Blob Storage and S3 refuse a request, and the fix for each.

Sources: "Status and error codes" of the Storage services' REST API, "Error responses" of the S3 API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

AZURE: Final[Mapping[str, str]] = {
    "AuthorizationFailure": "check store.key_file, or the role of this identity; if they are right, the "
    "account's firewall refuses this address: allow this network (az storage account network-rule add), or "
    "use its private endpoint",
    "AuthorizationPermissionMismatch": "give this identity the role Storage Blob Data Reader "
    "(to publish: Contributor), and wait some minutes until it is in effect",
    "InsufficientAccountPermissions": "this key or identity may not do that: check its role",
    "KeyBasedAuthenticationNotPermitted": "this account accepts no key: leave store.key_file empty and use "
    "`az login` or a workload identity",
    "InvalidAuthenticationInfo": "the access token is expired or of another tenant: `az login` again; "
    "in CI, sign in again just before this step",
    "NoAuthenticationInformation": "set store.key_file, or `az login`",
    "PublicAccessNotPermitted": "set store.key_file, or `az login`: this account allows no anonymous access",
    "AccountIsDisabled": "enable the account: its subscription may be suspended",
    "InvalidResourceName": "check the container and the prefix in store.url",
    "InvalidUri": "check the container and the prefix in store.url",
    "OutOfRangeInput": "check the lengths of the names in store.url",
    "ContainerBeingDeleted": "wait about a minute, or name another container in store.url",
    "ContainerNotFound": "check the container in store.url; the first publication creates a missing one",
    "ContainerDisabled": "enable the container",
    "BlobArchived": "rehydrate the blob to an online tier",
    "BlobImmutableDueToPolicy": "the container's immutability policy forbids this change",
    "LeaseIdMissing": "release the lease on this blob or container",
    "ServerBusy": "the account's limit is reached: try again later, or lower store.connections",
    "OperationTimedOut": "try again later",
    "InternalError": "try again later",
}
S3: Final[Mapping[str, str]] = {
    "NoSuchBucket": "create the bucket, or check the bucket in store.url",
    "InvalidBucketName": "check the bucket in store.url",
    "InvalidAccessKeyId": "the access key does not exist: check store.key_file or AWS_PROFILE",
    "SignatureDoesNotMatch": "the secret key is wrong: check store.key_file",
    "ExpiredToken": "the session has expired: sign in again (aws sso login), in CI just before this step",
    "InvalidToken": "sign in again: the session token is not valid",
    "TokenRefreshRequired": "sign in again",
    "PermanentRedirect": "set AWS_REGION to the region of the bucket, or store.endpoint",
    "AuthorizationHeaderMalformed": "set AWS_REGION to the region of the bucket",
    "IllegalLocationConstraintException": "set AWS_REGION to the region of the bucket",
    "AccountProblem": "check the state of the AWS account",
    "AllAccessDisabled": "check the state of the bucket",
    "NotImplemented": "use a service with conditional writes (If-None-Match, If-Match)",
    "EntityTooLarge": "the file is over the service's limit for one request",
    "QuotaExceeded": "raise the quota of the bucket, or remove versions (`seatrial models prune`)",
    "XMinioStorageFull": "the disk of the service is full",
    "SlowDown": "try again later, or lower store.connections",
    "ServiceUnavailable": "try again later",
    "InternalError": "try again later",
}
