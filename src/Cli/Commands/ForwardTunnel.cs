using System.Net.Sockets;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Cli.Terminal;
using Postern.Client;
using Postern.Client.Ports;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <param name="Reason">Kept with the session.</param>
/// <param name="Check">End when the destination cannot be reached before anything ever got through.</param>
/// <param name="Json">Report readiness as a JSON line.</param>
internal sealed record ForwardOptions(string? Reason, bool Check, bool Json)
{
    public static readonly ForwardOptions Plain = new(null, Check: true, Json: false);
}

/// <summary>One forwarding: a local listener and the session behind it.</summary>
internal sealed class ForwardTunnel : IDisposable
{
    private const string PortDocument = "AWS-StartPortForwardingSession";
    private const string RemoteHostDocument = "AWS-StartPortForwardingSessionToRemoteHost";

    private readonly ForwardSpec _spec;
    private readonly ForwardOptions _options;
    private readonly LocalListener _listener;
    private readonly TaskCompletionSource<Failure> _unreachable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes the local port. Throws <see cref="CommandException"/> when somebody else has it.</summary>
    public ForwardTunnel(ForwardSpec spec, ForwardOptions options)
    {
        _spec = spec;
        _options = options;
        try
        {
            _listener = LocalListener.OnPort(spec.LocalPort);
        }
        catch (SocketException e)
        {
            throw new CommandException($"Port {spec.LocalPort} of this machine cannot be used: {e.Message}. Give another one, or 0 for any.", ExitCodes.Usage);
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Serves until told to stop (null) or failed. Throws what StartSession throws.</summary>
    public async Task<Failure?> RunAsync(SessionClient client, string node, CancellationToken stopping)
    {
        try
        {
            await using var session = await client.StartAsync(Request(node), SessionNotices.Options, stopping);
            try
            {
                return await ServeAsync(session, node, stopping);
            }
            finally
            {
                await session.TerminateAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (Failure.Of(e) is { } failure)
        {
            return failure;
        }
    }

    private async Task<Failure?> ServeAsync(ClientSession session, string node, CancellationToken stopping)
    {
        var facts = await session.Ready.WaitAsync(stopping);
        if (facts.Kind != SessionKind.PortForwarding)
            return new Failure($"{node} opened a session of another kind ({facts.Kind}) for {_spec.Remote}.", ExitCodes.SessionFailed);
        if (facts.DestinationError is { } error)
            OnFailed(new DestinationFailure(error, Before: true));
        if (_unreachable.Task.IsCompleted)
            return await _unreachable.Task;
        Announce(node, session.SessionId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var serving = PortForward.RunAsync(session, facts, _listener, new PortForwardEvents { OnDestinationFailed = OnFailed }, stop.Token);
        await Task.WhenAny(serving, _unreachable.Task);
        await stop.CancelAsync();
        await serving;
        if (_unreachable.Task.IsCompleted)
            return await _unreachable.Task;
        if (!session.Ended.IsCompleted)
            return null;
        var end = await session.Ended;
        if (end.Reason == SessionEndReason.Terminated)
            return null; // by this program
        return end.Reason == SessionEndReason.ChannelClosed && end.Output.Length == 0
            ? new Failure($"{node} or the gateway ended the session for {_spec.Remote}.", ExitCodes.SessionFailed)
            : Failure.OfEnd(end) with { Text = $"{_spec.Remote} via {node}: {end.Output}" };
    }

    private StartSessionRequest Request(string node)
    {
        var parameters = new Dictionary<string, IReadOnlyList<string>>
        {
            ["portNumber"] = [$"{_spec.Port}"],
            ["localPortNumber"] = [$"{_listener.Port}"],
        };
        if (_spec.Host is not null)
            parameters["host"] = [_spec.Host];
        return new StartSessionRequest
        {
            Target = node,
            Reason = _options.Reason,
            DocumentName = _spec.Host is null ? PortDocument : RemoteHostDocument,
            Parameters = parameters,
        };
    }

    private void Announce(string node, string sessionId)
    {
        var local = $"127.0.0.1:{_listener.Port}";
        StandardOutput.Out.Text(_options.Json
            ? JsonSerializer.Serialize(new ForwardRow(local, _listener.Port, _spec.Remote, node, sessionId), CliJsonContext.Default.ForwardRow) + "\n"
            : $"{local} -> {_spec.Remote} via {node}\n");
    }

    private void OnFailed(DestinationFailure failure)
    {
        var text = $"{_spec.Remote} cannot be reached from the node: {failure.Reason ?? "its agent could not connect (its log says why)"}";
        if (_options.Check && failure.Before)
            _unreachable.TrySetResult(new Failure($"{text}\nIf it comes up later, use --no-check.", ExitCodes.SessionFailed));
        else
            StandardOutput.Error.Text($"postern: {text}\n");
    }
}
