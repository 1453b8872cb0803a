using System.Globalization;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents;
using Postern.Server.Documents.Content;
using Postern.Server.Nodes;

namespace Postern.Server.Sessions;

/// <summary>ssm:StartSession: enters the session, asks the node for it, and hands out the client's token.</summary>
internal sealed class StartSession(
    SessionStore store, LiveSessions sessions, SessionStarts starts, NodeStore nodes, NodeConnections connections, NodePresence presence, SessionDocuments documents, SessionLogs logs, SessionAdmission admission,
    SessionLimits options, TimeProvider time,
    ILogger<StartSession> log)
{
    private const int MaxTarget = 400, MaxReason = 256;

    /// <exception cref="AwsErrorException">ValidationException, InvalidDocument, InvalidParameters, TargetNotConnected, LimitExceededException, ThrottlingException or ServiceUnavailable.</exception>
    public async Task<StartSessionResponse> HandleAsync(StartSessionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        if (request.Target is not { Length: > 0 and <= MaxTarget } target)
            throw new AwsErrorException("ValidationException", $"Target is required: the id of a managed node, 1 to {MaxTarget} characters.");
        if (request.Reason is { } reason && (reason.Length is 0 or > MaxReason || reason.Any(char.IsControl)))
            throw new AwsErrorException("ValidationException", $"Reason must have 1 to {MaxReason} characters and no line breaks.");
        var place = await starts.BeginAsync(context.Caller, cancellationToken);
        try
        {
            return await StartAsync(request, target, context, place, cancellationToken);
        }
        catch
        {
            place.Dispose(); // safe when the session, which gives it back at its end, was entered already
            throw;
        }
    }

    /// <param name="request">What is asked for.</param>
    /// <param name="target">The node, checked.</param>
    /// <param name="context">Of the call.</param>
    /// <param name="place">The session's from the moment it is entered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<StartSessionResponse> StartAsync(StartSessionRequest request, string target, CallContext context, IDisposable place, CancellationToken cancellationToken)
    {
        var snapshot = context.Seen as DocumentSnapshot ?? documents.Remembered;
        var name = request.DocumentName ?? SessionDocuments.Default;
        var document = snapshot.Latest(name) ?? throw await UnknownAsync(name, snapshot, cancellationToken);
        var resolved = snapshot.Resolve(document, request.Parameters);
        var delivery = logs.For(resolved, snapshot);
        var runAsUser = RunAs.UserFor(context.Caller, resolved);
        await CheckNodeAsync(target, cancellationToken);
        sessions.CheckLimits(target);
        admission.Check(resolved);

        var row = Describe(target, request.Reason, resolved, delivery, context);
        var task = SessionTasks.Start(row, resolved, runAsUser, time);
        var token = SessionToken.Create();
        if (!await store.InsertAsync(row, SessionToken.HashOf(token), time.GetUtcNow() + options.TokenLifetime, snapshot.Revision, cancellationToken))
            throw await ChangedAsync(name, cancellationToken);
        var session = sessions.Add(row, task, place); // before the node can answer
        if (!connections.TryPost(target, task))
        {
            // It went away, or takes nothing more, since it was looked up.
            await session.PostAsync(new SessionEvent.Fail($"{target} could not be asked for the session."), cancellationToken);
            throw NotConnected(target, "Its control channel takes no more requests at the moment. Try again in a few seconds.");
        }
        Log.Started(log, row.Id, row.OwnerArn, target, document.Name);
        return new StartSessionResponse { SessionId = row.Id, TokenValue = token, StreamUrl = StreamUrls.Create(context.Endpoint, row.Id) };
    }

    private async Task<AwsErrorException> UnknownAsync(string name, DocumentSnapshot snapshot, CancellationToken cancellationToken)
        => await documents.RefreshAsync(cancellationToken) == snapshot
            ? DocumentErrors.Unknown(name)
            : await ChangedAsync(name, cancellationToken);

    // What the caller was allowed is not what would be started now. Clients repeat such a call by themselves, and it is decided anew.
    private async Task<AwsErrorException> ChangedAsync(string name, CancellationToken cancellationToken)
    {
        await documents.RefreshAsync(cancellationToken);
        return new AwsErrorException("ServiceUnavailable", $"Document {name} or the preferences were changed at this moment. Try again.", StatusCodes.Status503ServiceUnavailable);
    }

    private async Task CheckNodeAsync(string target, CancellationToken cancellationToken)
    {
        if (connections.IsConnected(target))
            return;
        var node = await nodes.FindAsync(target, cancellationToken);
        if (node is null)
            throw NotConnected(target, "No node with this id is registered here. DescribeInstanceInformation shows those that are.");
        if (presence.LostOf(node) is { } lost)
            throw NotConnected(target, string.Create(CultureInfo.InvariantCulture, $"It was connected to the gateway {lost.Name}, which has not been heard of since {lost.Since:yyyy-MM-ddTHH:mm:ssZ}."));
        throw node.Gateway is { } other && other != presence.GatewayName
            ? NotConnected(target, $"It is connected to the gateway {other}, which cannot be reached from the gateway {presence.GatewayName}.")
            : NotConnected(target, "The node is registered, but its agent has no connection to this gateway. Check that the agent runs and can reach it.");
    }

    private static AwsErrorException NotConnected(string target, string why) => new("TargetNotConnected", $"{target} is not connected. {why}");

    private SessionRow Describe(string target, string? reason, ResolvedSession resolved, SessionDelivery? delivery, CallContext context)
    {
        var id = SessionId.Create(context.Caller.Name);
        return new()
        {
            Id = id,
            NodeId = target,
            Gateway = presence.GatewayName,
            OwnerArn = context.Caller.Arn,
            OwnerId = context.Caller.UserId,
            OwnerKeyId = context.Caller.RootKeyId,
            DocumentName = resolved.Document.Name,
            DocumentVersion = resolved.Version,
            SessionType = resolved.SessionType,
            PortType = resolved.Document.Properties.PortType,
            Parameters = RecordedParameters(resolved),
            Reason = reason,
            Recording = resolved.Inputs.Recording,
            State = nameof(SessionState.Connecting),
            StartedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            IdleTimeout = (long?)resolved.IdleTimeout?.TotalMilliseconds,
            MaxDuration = (long?)resolved.MaxDuration?.TotalMilliseconds,
            SourceAddress = context.SourceAddress,
            RemoteHost = resolved.Destination?.Host,
            RemotePort = resolved.Destination?.Port,
            Delivery = delivery?.ToJson(),
            S3Url = delivery?.Bucket is { } bucket ? $"s3://{bucket}/{delivery.KeyOf(id, ".log")}" : null,
            CloudwatchUrl = delivery?.LogGroup is { } group ? context.Arns.LogStream(group, id) : null,
        };
    }

    // Commands may hold secrets, destinations do not.
    private static string RecordedParameters(ResolvedSession resolved) => resolved.SessionType == SessionDocument.Port ? resolved.Parameters.GetRawText() : "{}";
}
