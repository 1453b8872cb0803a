using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postern.Client;
using Postern.Client.Transport;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Protocol.SigV4;

namespace Postern.Bench.Fleet;

/// <summary>
/// One session of one person, on connections of its own as a program that is started for it has: StartSession, data channel, handshake, one
/// raw connection to the echo service at the node (the document that ssh uses).
/// </summary>
internal sealed class SimulatedPerson : IAsyncDisposable
{
    private const string Document = "AWS-StartSSHSession";
    private const int ProbeSize = 64;

    private readonly GatewayTransport _transport;
    private readonly ClientSession _session;
    private readonly Lock _lock = new();
    private readonly byte[] _probe = new byte[ProbeSize];
    private int _received;
    private bool _wrong;
    private TaskCompletionSource _echoed = Completed();
    private TaskCompletionSource _first = Completed();

    private SimulatedPerson(GatewayTransport transport, ClientSession session)
    {
        (_transport, _session) = (transport, session);
        session.Attach(ReceiveAsync);
    }

    public static async Task<SimulatedPerson> StartAsync(FleetPlace place, X509Certificate2Collection roots, FleetNode node, CancellationToken cancellationToken)
    {
        var transport = new GatewayTransport(roots);
        try
        {
            var keys = new AwsCredentials(place.AccessKeyId!, place.SecretAccessKey!);
            var client = new SessionClient(transport, new SessionClientOptions { Endpoint = new Uri(place.Endpoint), Region = place.Region, Credentials = () => keys });
            var session = await client.StartAsync(new StartSessionRequest
            {
                Target = node.Id,
                DocumentName = Document,
                Parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = [$"{node.EchoPort}"] },
            }, new SessionOptions(), cancellationToken);
            var person = new SimulatedPerson(transport, session);
            try
            {
                await session.Ready.WaitAsync(cancellationToken);
                return person;
            }
            catch
            {
                await person.DisposeAsync();
                throw;
            }
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Sends some bytes and waits for the very same ones.</summary>
    /// <param name="first">Called when the first of them is back.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidDataException">Others came back.</exception>
    public async Task EchoAsync(Action? first, CancellationToken cancellationToken)
    {
        Task one, all;
        lock (_lock)
        {
            RandomNumberGenerator.Fill(_probe);
            _received = 0;
            one = (_first = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            all = (_echoed = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        await _session.SendAsync(PayloadType.Output, _probe, cancellationToken);
        await OrEndAsync(one, cancellationToken);
        first?.Invoke();
        await OrEndAsync(all, cancellationToken);
        if (_wrong)
            throw new InvalidDataException("other bytes came back than were sent");
    }

    public async Task TerminateAsync()
    {
        await _session.TerminateAsync();
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _transport.Dispose();
    }

    private ValueTask ReceiveAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (type != PayloadType.Output)
            return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (payload.Length > ProbeSize - _received || !payload.Span.SequenceEqual(_probe.AsSpan(_received, payload.Length)))
                _wrong = true;
            _received += payload.Length;
            _first.TrySetResult();
            if (_wrong || _received == ProbeSize)
                _echoed.TrySetResult();
        }
        return ValueTask.CompletedTask;
    }

    private async Task OrEndAsync(Task task, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(task, _session.Ended).WaitAsync(cancellationToken) == task)
            return;
        throw new InvalidOperationException($"the session ended: {await _session.Ended}");
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }
}
