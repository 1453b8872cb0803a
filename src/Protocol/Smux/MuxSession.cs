namespace Postern.Protocol.Smux;

/// <summary>The person's end opens streams (odd ids from 3), the node's end accepts them.</summary>
public enum MuxRole { Client, Server }

/// <summary>Limits of a multiplexer. Defaults are those of smux version 1.</summary>
public sealed record MuxOptions
{
    public MuxRole Role { get; init; }
    /// <summary>False: smux version 1 as stock ends speak it. True: our extension with stream windows, half-close and reasons.</summary>
    public bool Extended { get; init; }
    /// <summary>Unread bytes of the whole session (stock mode) beyond which receiving waits.</summary>
    public int SessionBuffer { get; init; } = 4 * 1024 * 1024;
    /// <summary>Unread bytes one stream may hold (extended mode).</summary>
    public int StreamWindow { get; init; } = 1024 * 1024;
    /// <summary>Largest data frame, bytes.</summary>
    public int MaxFrame { get; init; } = 32 * 1024;
    /// <summary>Streams open at once; a further one is refused.</summary>
    public int MaxStreams { get; init; } = 4096;
}

/// <summary>
/// Many TCP connections inside one ordered byte stream. Feed what arrives to <see cref="ReceiveAsync"/>; what is to be sent goes to the
/// output given. A wrong version, command or length ends the session with <see cref="MuxProtocolException"/>. No keep-alive is sent
/// and none is expected.
/// </summary>
public sealed partial class MuxSession : IAsyncDisposable
{
    // CONTRACT STUB: implemented in its own change; signatures are fixed.
    /// <param name="options">Role, mode, limits.</param>
    /// <param name="output">Takes bytes in order; calls never overlap; the memory is free again when the task ends.</param>
    public MuxSession(MuxOptions options, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output) => throw new NotImplementedException();

    /// <summary>Takes bytes as they arrive, cut anywhere. Waits while a limit is reached (stock mode); never waits for one stream in extended mode.</summary>
    public ValueTask ReceiveAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask<MuxStream> OpenAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The next stream the peer opened; null when the session has ended.</summary>
    public ValueTask<MuxStream?> AcceptAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>The peer broke the multiplexer's rules; the session cannot go on.</summary>
public sealed class MuxProtocolException(string message) : Exception(message);
