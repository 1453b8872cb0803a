using System.Buffers.Binary;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Port;

/// <summary>Port sessions: forwarding to a port of the node or of a host it reaches, and the raw stream SSH runs in.</summary>
internal sealed class PortSession : ISessionKind
{
    /// <summary>How long the handshake may be held up to learn whether the destination answers.</summary>
    private static readonly TimeSpan DialPatience = TimeSpan.FromSeconds(3);

    private readonly SessionContext _context;
    private readonly PortProperties _properties;
    private readonly Destination _destination;
    private readonly CancellationTokenSource _terminated = new();
    private IPortTraffic? _traffic;

    public PortSession(SessionContext context)
    {
        _context = context;
        _properties = PortProperties.Parse(context.Document);
        _destination = new Destination(_properties, context.Services.NodeId, context.Services.Time);
    }

    public ValueTask OnInputAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // What comes before the handshake is complete belongs to nothing; a client that sends it breaks the protocol.
        if (Volatile.Read(ref _traffic) is not { } traffic)
            return ValueTask.CompletedTask;
        switch (type)
        {
            case PayloadType.Output:
                return traffic.OnOutputAsync(payload, cancellationToken);
            case PayloadType.Flag when payload.Length == sizeof(uint):
                var flag = (PayloadFlag)BinaryPrimitives.ReadUInt32BigEndian(payload.Span);
                if (flag != PayloadFlag.TerminateSession)
                    return traffic.OnFlagAsync(flag, cancellationToken);
                return new ValueTask(_terminated.CancelAsync());
            default:
                return ValueTask.CompletedTask;
        }
    }

    public async Task<SessionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _terminated.Token);
        await using var first = new FirstConnection(_destination, _context.Services.Time, cancellationToken);
        try
        {
            return _properties.Forwards ? await ForwardAsync(first, ending.Token) : await StreamAsync(first, ending.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return SessionOutcome.Success; // the person ended it
        }
    }

    private async Task<SessionOutcome> ForwardAsync(FirstConnection first, CancellationToken cancellationToken)
    {
        // The session stays when nothing listens yet: the person is told, and a later connection may work.
        var failure = await first.FailureAsync(DialPatience, cancellationToken);
        var client = await ShakeHandsAsync(failure is null ? null : $"Unable to connect to {_destination.Name}: {failure}.", cancellationToken);
        _traffic = client.Multiplexes ? new MuxForwarding(_context, _destination, first, client.ExtendedMux) : OneByOne(first);
        var warning = failure is null || client.Agreed is not null ? "" : Warning(failure);
        await _context.Handshake.CompleteAsync(warning, cancellationToken);
        return await _traffic.RunAsync(cancellationToken);
    }

    private async Task<SessionOutcome> StreamAsync(FirstConnection first, CancellationToken cancellationToken)
    {
        if (await first.FailureAsync(Timeout.InfiniteTimeSpan, cancellationToken) is { } failure)
            throw Unreachable(failure);
        await ShakeHandsAsync(null, cancellationToken);
        var stream = new RawStream(_context, _destination, redials: false);
        try
        {
            // The client may have taken so long that the first connection was let go.
            stream.Begin(first.Take() ?? await _destination.DialAsync(cancellationToken));
        }
        catch (DialException error)
        {
            throw Unreachable(error.Message);
        }
        _traffic = stream;
        await _context.Handshake.CompleteAsync("", cancellationToken);
        return await stream.RunAsync(cancellationToken);
    }

    private RawStream OneByOne(FirstConnection first)
    {
        var stream = new RawStream(_context, _destination, redials: true);
        if (first.Take() is { } socket)
            stream.Begin(socket);
        return stream;
    }

    private async Task<ClientFeatures> ShakeHandsAsync(string? destinationError, CancellationToken cancellationToken)
    {
        var offer = new PosternOffer
        {
            MaxPayload = DataStreamOptions.LargestPayload,
            ExtendedMux = _properties.Forwards,
            NoDigest = true,
            CumulativeAcks = true,
            DestinationError = destinationError,
        };
        var response = await _context.Handshake.RequestAsync(_context.Document, offer, cancellationToken);
        var client = ClientFeatures.Of(response, offer);
        client.ApplyTo(_context.Stream);
        return client;
    }

    private string Warning(string failure) => failure == Destination.Refused
        ? $"Warning: nothing listens on {_destination.Name} ({failure})."
        : $"Warning: {_destination.Name} does not answer ({failure}).";

    private SessionFailedException Unreachable(string reason) => new($"Unable to connect to specified port: {_destination.Name}: {reason}");
}
