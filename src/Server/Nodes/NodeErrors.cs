using Postern.Protocol.AwsJson;

namespace Postern.Server.Nodes;

/// <summary>Errors that several operations on nodes share.</summary>
internal static class NodeErrors
{
    public static AwsErrorException UnknownNode(string id)
        => new("InvalidInstanceId", $"There is no managed node {id}. It was never registered here, or it was deregistered.");

    public static AwsErrorException UnknownResource(string id)
        => new("InvalidResourceId", $"There is no managed node {id}. It was never registered here, or it was deregistered.");

    /// <summary>A node that speaks of another.</summary>
    public static AwsErrorException NotYourself(string member, string operation)
        => new("AccessDeniedException", $"A node may call {operation} for itself only: {member} must be its own id.");

    /// <summary>A node whose registration ended while it was calling.</summary>
    public static AwsErrorException Gone(string id)
        => new("AccessDeniedException", $"The managed node {id} is not registered. Register it again with a new activation.");
}
