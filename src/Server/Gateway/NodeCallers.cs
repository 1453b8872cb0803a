using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Gateway;

/// <summary>
/// Lets a node through to its own channels only, when its role allows them. Nothing in AWS's agent keeps it from asking for others. Refusals go into
/// the audit log, so many a minute.
/// </summary>
internal sealed class NodeCallers(RequestAuthenticator authenticator, SessionStore store, AuditLog audit, ServerOptions options, TimeProvider time)
{
    public const string CreateControlChannel = "CreateControlChannel", OpenControlChannel = "OpenControlChannel",
        CreateDataChannel = "CreateDataChannel", OpenDataChannel = "OpenDataChannel";
    private const string Service = "ssmmessages";
    private static readonly IReadOnlyList<Touched> Anything = [Touched.Anything];

    private readonly Arns _arns = new(options.Region, options.Account);
    private readonly AuditThrottle _throttle = new(time);

    /// <param name="http">The request.</param>
    /// <param name="body">Its whole body.</param>
    /// <param name="operation">Which of the four; the permission's name is ssmmessages:OPERATION.</param>
    /// <param name="nodeId">Whose control channel.</param>
    /// <exception cref="AwsErrorException">The signature is wrong, the caller is not this node, or its role does not allow it.</exception>
    public async Task RequireNodeAsync(HttpContext http, ReadOnlyMemory<byte> body, string operation, string nodeId)
    {
        var caller = await AuthenticateAsync(http, body, operation, _arns.Node(ForeignText.Show(nodeId))[0]);
        if (caller.Kind != Access.Node || caller.NodeId != nodeId)
            throw Refused(http, operation, caller, _arns.Node(ForeignText.Show(nodeId))[0], $"{caller.Arn} may not open the control channel of {ForeignText.Show(nodeId)}: only the node itself may.");
    }

    /// <exception cref="AwsErrorException">As above; the caller is not the node of this session. A session that does not exist looks the same.</exception>
    public async Task<SessionRow> RequireNodeOfSessionAsync(HttpContext http, ReadOnlyMemory<byte> body, string operation, string sessionId)
    {
        var resource = _arns.Session(ForeignText.Show(sessionId));
        var caller = await AuthenticateAsync(http, body, operation, resource);
        var row = caller.Kind == Access.Node && SessionId.IsValid(sessionId) ? await store.FindAsync(sessionId, http.RequestAborted) : null;
        return row is not null && row.NodeId == caller.NodeId ? row
            : throw Refused(http, operation, caller, resource, $"{caller.Arn} may not open a data channel of this session: only the session's node may.");
    }

    private async Task<Caller> AuthenticateAsync(HttpContext http, ReadOnlyMemory<byte> body, string operation, string resource)
    {
        Caller caller;
        try
        {
            caller = await authenticator.AuthenticateAsync(http, body, Service, once: false, http.RequestAborted);
        }
        catch (AwsErrorException error)
        {
            Record(http, operation, AuditPrincipal.Unknown(options.Account, RequestSource.ClaimedKeyId(http)), resource, error);
            throw;
        }
        var keys = RequestKeys.Of(caller, RequestSource.Of(http), _arns, time.GetUtcNow());
        // Of a caller who is no node the hard rule speaks, whatever its policies say.
        var verdict = caller.Kind == Access.Node ? Authorizer.Evaluate(caller, $"{Service}:{operation}", Anything, keys) : Verdict.Unasked;
        if (verdict.IsAllowed)
            return caller;
        var refusal = verdict.Refusal(caller);
        throw Refused(http, operation, caller, resource, refusal.Message);
    }

    private AwsErrorException Refused(HttpContext http, string operation, Caller caller, string resource, string message)
    {
        var error = new AwsErrorException("AccessDeniedException", message, StatusCodes.Status403Forbidden);
        Record(http, operation, AuditPrincipal.Of(caller, caller.AccessKeyId), resource, error);
        return error;
    }

    private void Record(HttpContext http, string operation, AuditPrincipal principal, string resource, AwsErrorException error)
    {
        if (!_throttle.MayWrite(out var leftOut))
            return;
        var source = RequestSource.Of(http);
        audit.Record(new AuditEvent
        {
            Service = Service,
            Name = operation,
            Principal = principal,
            SourceAddress = source.Address,
            UserAgent = source.UserAgent,
            Resources = [resource],
            ErrorCode = error.Code,
            ErrorMessage = error.Message,
            Details = leftOut == 0 ? [] : [new("leftOutBefore", leftOut.ToString(System.Globalization.CultureInfo.InvariantCulture))],
        });
    }
}
