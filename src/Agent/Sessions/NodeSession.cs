using Postern.Agent.Sessions.Command;
using Postern.Agent.Sessions.Documents;
using Postern.Agent.Sessions.Port;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>
/// One session from its task to its end: the document decides the kind, the kind runs while the data channel carries it. It may be
/// ended from outside at any moment, by any thread; the first reason given counts.
/// </summary>
internal sealed class NodeSession(SessionTask task, SessionServices services, OpenDataSocket openSocket) : IDataStreamReceiver
{
    /// <summary>At the end, how long what was sent may stay without a single acknowledgement, by a client that may still come.</summary>
    private static readonly TimeSpan FirstFlushLimit = TimeSpan.FromSeconds(20);
    /// <summary>
    /// The same with one that has spoken. It may be paused, slow, asleep or on its way back: the gateway knows which, and ends a session whose client is gone for good.
    /// </summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromMinutes(30);

    private readonly CancellationTokenSource _ending = new();
    private SessionOutcome? _told;
    private ISessionKind? _kind;
    private SessionHandshake? _handshake;
    private volatile bool _heard;

    public string Id => task.SessionId;

    /// <summary>Ends the session with this outcome, unless it is ending already.</summary>
    public Task EndAsync(SessionOutcome outcome)
        => Interlocked.CompareExchange(ref _told, outcome, null) is null ? _ending.CancelAsync() : Task.CompletedTask;

    /// <summary>Never throws: whatever goes wrong is the outcome.</summary>
    public async Task<SessionOutcome> RunAsync()
    {
        try
        {
            var document = SessionDocument.Parse(task);
            services.Log.Info($"session {Id}: {document.SessionType} for {task.SessionOwner}");
            await using var stream = new DataStream(new DataStreamOptions { Side = StreamSide.Agent }, this, services.Time);
            _handshake = new SessionHandshake(stream, services.Time);
            _kind = Create(new SessionContext
            {
                Services = services,
                SessionId = Id,
                Document = document,
                RunAsUser = task.RunAsUser ?? "",
                Stream = stream,
                Handshake = _handshake,
            });
            return await RunAsync(_kind, stream);
        }
        catch (SessionFailedException error)
        {
            return SessionOutcome.Failure(error.Message);
        }
        catch (Exception error)
        {
            services.Log.Error($"session {Id}: {error}");
            return SessionOutcome.Failure($"the agent on {services.NodeId} failed: {error.Message}");
        }
    }

    ValueTask IDataStreamReceiver.OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _heard = true;
        if (type != PayloadType.HandshakeResponse)
            return _kind!.OnInputAsync(type, payload, cancellationToken);
        _handshake!.OnResponse(payload.Span);
        return ValueTask.CompletedTask;
    }

    ValueTask IDataStreamReceiver.OnChannelClosedAsync(ChannelClosedContent closed) => new(EndAsync(SessionOutcome.Success));

    private static ISessionKind Create(SessionContext context) => context.Document.SessionType switch
    {
        SessionDocument.StandardStream => TerminalSession.Shell(context),
        SessionDocument.InteractiveCommands => TerminalSession.Command(context),
        SessionDocument.NonInteractiveCommands => new CommandSession(context),
        _ => new PortSession(context),
    };

    private async Task<SessionOutcome> RunAsync(ISessionKind kind, DataStream stream)
    {
        using var channelLife = new CancellationTokenSource();
        var channel = new DataChannel(openSocket, services.NodeId, Id, stream, services.Time);
        var carrying = CarryAsync(channel, channelLife.Token);
        // The kind starts while the channel opens: a prompt does not wait for the network.
        var outcome = await WorkAsync(kind);
        try
        {
            if (!await FlushAsync(stream, channel) && outcome.Succeeded)
                outcome = SessionOutcome.Failure("The client did not take the end of the output.");
        }
        catch (OperationCanceledException)
        {
            // Told to end meanwhile: nobody waits for the rest.
            outcome = _told ?? outcome;
        }
        await channelLife.CancelAsync();
        await carrying;
        return outcome;
    }

    private async Task<SessionOutcome> WorkAsync(ISessionKind kind)
    {
        try
        {
            return await kind.RunAsync(_ending.Token);
        }
        catch (Exception) when (_told is { } told)
        {
            return told; // what broke after the session was told to end is a consequence
        }
        catch (SessionFailedException error)
        {
            return SessionOutcome.Failure(error.Message);
        }
    }

    private async Task CarryAsync(DataChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            await channel.RunAsync(cancellationToken);
            await EndAsync(SessionOutcome.Success); // ended by the gateway, or by us and then this is not the first reason
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (SessionFailedException error)
        {
            await EndAsync(SessionOutcome.Failure(error.Message));
        }
        catch (Exception error)
        {
            services.Log.Error($"session {Id}: data channel: {error}");
            await EndAsync(SessionOutcome.Failure($"the agent on {services.NodeId} failed: {error.Message}"));
        }
    }

    /// <summary>Returns when the client has everything, or is not waited for any more: false.</summary>
    private async Task<bool> FlushAsync(DataStream stream, DataChannel channel)
    {
        if (_told is not null)
            return true;
        bool whole;
        int before;
        do
        {
            before = stream.Unacknowledged;
            whole = await stream.FlushAsync(_heard ? FlushLimit : FirstFlushLimit, _ending.Token);
        }
        while (!whole && stream.Unacknowledged < before);
        await channel.SendTerminatingAsync(_ending.Token);
        return whole;
    }
}
