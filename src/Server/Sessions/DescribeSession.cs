using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Sessions;

/// <summary>postern:DescribeSession: one session, and what AWS has no member for. What passed through a live one is as of now.</summary>
internal sealed class DescribeSession(SessionStore store, LiveSessions sessions)
{
    /// <exception cref="AwsErrorException">ValidationException or DoesNotExistException.</exception>
    public async Task<DescribeSessionResponse> HandleAsync(DescribeSessionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        var row = await store.FindAsync(id, cancellationToken) ?? throw SessionAccess.Unknown(id);
        var traffic = sessions.Find(id)?.Traffic ?? new SessionTraffic(row.BytesToNode, row.BytesToClient);
        return new DescribeSessionResponse
        {
            Session = DescribeSessions.Describe(row),
            SourceAddress = row.SourceAddress,
            AccessKeyId = row.OwnerKeyId,
            SessionType = row.SessionType,
            DocumentVersion = row.DocumentVersion,
            RemoteHost = row.RemoteHost,
            RemotePort = (int?)row.RemotePort,
            BytesToNode = traffic.ToNode,
            BytesToClient = traffic.ToClient,
        };
    }
}
