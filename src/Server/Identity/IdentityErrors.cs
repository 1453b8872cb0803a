using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Identity;

/// <summary>IAM's errors, with its codes, statuses and words.</summary>
internal static class IdentityErrors
{
    public static AwsErrorException NoSuchEntity(string message) => new("NoSuchEntity", message, StatusCodes.Status404NotFound);

    public static AwsErrorException NoSuchPolicy(string arn) => NoSuchEntity($"Policy {arn} does not exist or is not attachable.");

    public static AwsErrorException AlreadyExists(string message) => new("EntityAlreadyExists", message, StatusCodes.Status409Conflict);

    public static AwsErrorException DeleteConflict(string message) => new("DeleteConflict", message, StatusCodes.Status409Conflict);

    /// <param name="what">As IAM calls its quotas, such as AccessKeysPerUser.</param>
    /// <param name="quota">How many there may be.</param>
    public static AwsErrorException LimitExceeded(string what, int quota) => new("LimitExceeded", $"Cannot exceed quota for {what}: {quota}", StatusCodes.Status409Conflict);

    public static AwsErrorException LimitExceeded(string message) => new("LimitExceeded", message, StatusCodes.Status409Conflict);

    public static AwsErrorException MalformedPolicy(string message) => new("MalformedPolicyDocument", message);

    public static AwsErrorException InvalidInput(string message) => new("InvalidInput", message);

    public static AwsErrorException Validation(string message) => new("ValidationError", message);

    public static AwsErrorException Unmodifiable(string message) => new("UnmodifiableEntity", message);

    /// <summary>A policy that is part of the program.</summary>
    public static AwsErrorException OwnedByAws(string arn) => new("AccessDenied", $"{arn} is owned by AWS and cannot be changed or deleted. Create a policy of your own with its text.", StatusCodes.Status403Forbidden);
}
