using System.Net;
using System.Security.Cryptography;
using Postern.Agent.Control;
using Postern.Agent.Host;
using Postern.Agent.Registration;
using Postern.Agent.Sessions;

namespace Postern.Bench.Fleet;

/// <summary>
/// All of our agent that talks to a gateway, without a folder of its own: temporary keys, reports, control channel with its pings, sessions.
/// Many run in one process; each has its own connections.
/// </summary>
internal sealed class SimulatedNode : IAsyncDisposable
{
    private readonly ClockWatch _handler;
    private readonly GatewayLink _link;
    private readonly ControlChannel _control;
    private readonly SessionTable _sessions;
    private readonly CancellationTokenSource _life = new();
    private readonly Func<Task[]> _start;
    private Task[] _work = [];

    public SimulatedNode(NodeRegistration registration, RSA key, IPAddress source, TrafficCount traffic, SessionServices services)
    {
        var (time, log) = (services.Time, services.Log);
        var sockets = GatewayHttp.CreateHandler(registration.CaFile);
        sockets.ConnectCallback = (context, token) => CountingStream.ConnectAsync(context.DnsEndPoint, source, traffic, token);
        _handler = new ClockWatch(sockets, time);
        var reachability = new Reachability(new Uri(registration.Endpoint), _handler, log, time);
        var credentials = new NodeCredentials(time);
        _link = new GatewayLink(registration, key, _handler, credentials, time);
        var replies = new TaskReplies(registration.InstanceId, log, time);
        _sessions = new SessionTable(services with { NodeId = registration.InstanceId }, _link.OpenDataAsync, replies);
        _control = new ControlChannel(_link, new ControlMessages(_sessions, replies, log), replies, reachability, log, time);
        var information = new NodeInformation(_link, registration, credentials, reachability, time);
        _start = () =>
        [
            credentials.RunAsync(_link, registration.Fingerprint, reachability, _life.Token),
            information.RunAsync(_life.Token),
            _control.RunAsync(_life.Token),
        ];
    }

    public bool Connected => _control.IsOpen;
    public int Sessions => _sessions.Count;

    public void Start() => _work = _start();

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        await Task.WhenAll(_work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _link.Dispose();
        _handler.Dispose();
        _life.Dispose();
    }
}
