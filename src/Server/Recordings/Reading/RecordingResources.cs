using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Reading;

/// <summary>Recordings as resources of permissions: they go by the session's name, owner and node, also when its history was removed.</summary>
internal sealed class RecordingResources(RecordingStore store, SessionResources sessions)
{
    private const string Secrets = "postern:GetRecordingSecrets";

    public async ValueTask<Touched> FindAsync(string? sessionId, CallContext context, CancellationToken cancellationToken)
        => SessionId.IsValid(sessionId) && await store.FindAsync(sessionId!, cancellationToken) is { } row
            ? Of(row, context.Arns)
            : await sessions.FindAsync(sessionId, context, cancellationToken);

    /// <summary>The gateway that has the recording, or writes it.</summary>
    public async ValueTask<string?> GatewayOfAsync(string? sessionId, CancellationToken cancellationToken)
        => SessionId.IsValid(sessionId) && await store.FindAsync(sessionId!, cancellationToken) is { } row ? row.Gateway : await sessions.GatewayOfAsync(sessionId, cancellationToken);

    /// <summary>What was typed and not shown is another permission, on top.</summary>
    public async ValueTask<IReadOnlyList<Touched>> ReadAsync(GetRecordingRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var session = await FindAsync(request.SessionId, context, cancellationToken);
        return request.Secrets == true ? [session, session with { Action = Secrets }] : [session];
    }

    public static Touched Of(RecordingRow row, Arns arns) => SessionResources.Of(row.SessionId, row.OwnerId, row.NodeId, arns);

    /// <exception cref="AwsErrorException">DoesNotExistException, or GatewayUnavailableException: another gateway has the file.</exception>
    /// <param name="row">As found; null: not found.</param>
    /// <param name="sessionId">Which was looked for.</param>
    /// <param name="here">This gateway. Calls about recordings of others go to them; that one comes here says that its gateway could not be reached.</param>
    public static RecordingRow RequireHere(RecordingRow? row, string sessionId, string here)
    {
        var found = Require(row, sessionId);
        if (found.Gateway != here)
            throw new AwsErrorException("GatewayUnavailableException", $"The recording of session {sessionId} is on the gateway {found.Gateway}, which cannot be reached from the gateway {here}. Ask again when it runs.");
        return found;
    }

    /// <exception cref="AwsErrorException">DoesNotExistException.</exception>
    public static RecordingRow Require(RecordingRow? row, string sessionId) => row
        ?? throw new AwsErrorException("DoesNotExistException", $"There is no recording of session {sessionId}: it was not recorded, nothing passed yet, or its recording was removed.");
}
