using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>Who may call an operation. Checked in one place, before the operation runs; there is no default.</summary>
internal enum Access
{
    /// <summary>A signed request of a user (today: the administrator).</summary>
    User,
    /// <summary>A signed request of a registered node with its role's temporary keys; it may speak of itself only.</summary>
    Node,
    /// <summary>A request signed with a node's RSA key.</summary>
    NodeKey,
    /// <summary>Either a user or a node.</summary>
    UserOrNode,
    /// <summary>Unsigned: RegisterManagedInstance, protected by its activation code.</summary>
    Anonymous,
}

/// <summary>Who called. NodeId is set for nodes; Arn is what sessions record as their owner.</summary>
internal sealed record Caller(Access Kind, string AccountId, string Arn, string UserId, string Name, string? NodeId = null);

/// <summary>One call: who, when, from where, and the public endpoint it came in on (scheme, host, port: the base of stream URLs).</summary>
internal sealed record CallContext(Caller Caller, Uri Endpoint, string SourceAddress, string RequestId);

/// <summary>
/// The operations the gateway serves. Each feature adds its own:
/// <c>operations.Add(SsmOperations.StartSession, Access.User, "ssm:StartSession", startSession.HandleAsync)</c>.
/// </summary>
internal sealed class OperationRegistry
{
    // CONTRACT STUB
    public void Add<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, Access access, string action,
        Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler) => throw new NotImplementedException();
}
