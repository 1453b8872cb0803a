using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postern.Bench.Servers;
using Postern.Client;
using Postern.Client.Transport;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Protocol.SigV4;

namespace Postern.Bench.Recording;

/// <summary>A command that writes, and the hash of all that its person saw of it.</summary>
internal sealed class LoudShell : IAsyncDisposable
{
    /// <summary>As much as is taken.</summary>
    public const string WithoutEnd = "yes 0123456789abcdefghijklmnopqrstuvwxyz-äöü";
    /// <summary>A third of a megabyte a second, recorded or not.</summary>
    public const string Steady = "sh -c \"while :; do seq 60000; sleep 1; done\"";

    private const string Document = "AWS-StartNonInteractiveCommand";

    private readonly GatewayTransport _transport;
    private readonly ClientSession _session;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Lock _lock = new();
    private long _seen;

    private LoudShell(GatewayTransport transport, ClientSession session)
    {
        (_transport, _session) = (transport, session);
        session.Attach(SeeAsync);
    }

    public string SessionId => _session.SessionId;

    public long Seen => Interlocked.Read(ref _seen);

    public static async Task<LoudShell> StartAsync(Gateway gateway, X509Certificate2Collection roots, string node, string command, CancellationToken cancellationToken)
    {
        var transport = new GatewayTransport(roots);
        try
        {
            var keys = new AwsCredentials(gateway.Administrator["AWS_ACCESS_KEY_ID"]!, gateway.Administrator["AWS_SECRET_ACCESS_KEY"]!);
            var client = new SessionClient(transport, new SessionClientOptions { Endpoint = new Uri(gateway.Endpoint), Region = Gateway.Region, Credentials = () => keys });
            var session = await client.StartAsync(new StartSessionRequest
            {
                Target = node,
                DocumentName = Document,
                Parameters = new Dictionary<string, IReadOnlyList<string>> { ["command"] = [command] },
            }, new SessionOptions(), cancellationToken);
            return new LoudShell(transport, session);
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Ends the session. Returns what was seen: bytes, and their hash.</summary>
    public async Task<SeenOutput> EndAsync()
    {
        await _session.TerminateAsync();
        await _session.Ended;
        lock (_lock)
            return new SeenOutput(SessionId, _seen, _hash.GetCurrentHash());
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _transport.Dispose();
        _hash.Dispose();
    }

    private ValueTask SeeAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (type is not (PayloadType.Output or PayloadType.StdErr))
            return ValueTask.CompletedTask;
        lock (_lock)
        {
            _hash.AppendData(payload.Span);
            _seen += payload.Length;
        }
        return ValueTask.CompletedTask;
    }
}

/// <summary>What a person saw of a session.</summary>
internal sealed record SeenOutput(string SessionId, long Bytes, byte[] Hash);
