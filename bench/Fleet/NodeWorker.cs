using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Postern.Agent.Control;
using Postern.Agent.Host;
using Postern.Agent.Pty;
using Postern.Agent.Registration;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.AwsJson;

namespace Postern.Bench.Fleet;

/// <summary>
/// A process of some thousand nodes. They share one RSA key, which takes nothing from what the gateway does, and spares the minutes of making
/// one each; everything else is each node's own.
/// </summary>
internal sealed class NodeWorker(FleetPlace place) : IAsyncDisposable
{
    public const string Role = "fleet-nodes";
    private const int KeyBits = 2048, RegistrationsAtOnce = 8;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly RSA _key = RSA.Create(KeyBits);
    private readonly Poller _poller = new();
    private readonly EchoService _echo = new();
    private readonly TrafficCount _traffic = new();
    private readonly ReasonLog _log = new();
    private readonly List<NodeRegistration> _registrations = [];
    private readonly List<SimulatedNode> _nodes = [];

    public async Task<FleetAnswer> HandleAsync(FleetCommand command, CancellationToken cancellationToken) => command.Verb switch
    {
        "register" => await RegisterAsync(command, cancellationToken),
        "connect" => await ConnectAsync(command, cancellationToken),
        "state" => State(),
        "all-connected" => await AllConnectedAsync(command, cancellationToken),
        "close" => await CloseAsync(),
        _ => throw new InvalidOperationException("unknown command"),
    };

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _echo.DisposeAsync();
        _poller.Dispose();
        _key.Dispose();
    }

    private async Task<FleetAnswer> RegisterAsync(FleetCommand command, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var http = new HttpClient(GatewayHttp.CreateHandler(place.CaFile));
        var api = new AwsJsonClient(http, new Uri(place.Endpoint), place.Region, static () => null, TimeProvider.System);
        var publicKey = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());
        var ids = new FleetNode[command.Count];
        var made = new NodeRegistration[command.Count];
        await Parallel.ForAsync(0, command.Count, new ParallelOptions { MaxDegreeOfParallelism = RegistrationsAtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var fingerprint = Guid.NewGuid().ToString();
            var answer = await api.CallAsync(SsmOperations.RegisterManagedInstance, new()
            {
                ActivationId = command.ActivationId,
                ActivationCode = command.ActivationCode,
                Fingerprint = fingerprint,
                PublicKey = publicKey,
                PublicKeyType = "Rsa",
            }, token);
            ids[i] = new FleetNode(answer.InstanceId!, _echo.Port);
            made[i] = new NodeRegistration { InstanceId = answer.InstanceId!, Endpoint = place.Endpoint, Region = place.Region, Fingerprint = fingerprint, CaFile = place.CaFile };
        });
        _registrations.AddRange(made);
        return new FleetAnswer { Done = command.Count, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Nodes = ids };
    }

    private async Task<FleetAnswer> ConnectAsync(FleetCommand command, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var log = new AgentLog(_log, TimeProvider.System);
        var services = new SessionServices { NodeId = "", Poller = _poller, Users = new SessionUsers(false, _poller, log), Time = TimeProvider.System, Log = log };
        _nodes.AddRange(_registrations.Skip(_nodes.Count).Select(registration =>
            new SimulatedNode(registration, _key, IPAddress.Parse(place.SourceAddress), _traffic, services)));
        await Pace.RunAsync(_nodes.Count, command.Rate, i =>
        {
            _nodes[i].Start();
            return Task.CompletedTask;
        }, cancellationToken);
        await AllConnectedAsync(command, cancellationToken);
        return State() with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <summary>Waits until every node has its control channel, or the time is over.</summary>
    private async Task<FleetAnswer> AllConnectedAsync(FleetCommand command, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (_nodes.Exists(node => !node.Connected) && Stopwatch.GetElapsedTime(start).TotalSeconds < command.Seconds)
            await Task.Delay(Poll, cancellationToken);
        return State() with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <summary>Done: nodes that have a control channel. Failed: those that have none.</summary>
    private FleetAnswer State() => new()
    {
        Done = _nodes.Count(node => node.Connected),
        Failed = _nodes.Count(node => !node.Connected),
        Sessions = _nodes.Sum(node => node.Sessions),
        Traffic = _traffic.Value,
        Reasons = _log.Reasons.ToDictionary(),
    };

    private async Task<FleetAnswer> CloseAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        var count = _nodes.Count;
        _nodes.Clear();
        return new FleetAnswer { Done = count };
    }

    /// <summary>Takes what agents write as their log: errors are counted, the rest is dropped.</summary>
    private sealed class ReasonLog : StringWriter
    {
        public Reasons Reasons { get; } = new();

        public override void WriteLine(string? value)
        {
            // Time, level, text.
            if (value?.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is [_, "error" or "warn", var text])
                Reasons.Add(text);
        }
    }
}
