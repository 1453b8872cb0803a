namespace Postern.Protocol.Smux;

/// <summary>One TCP connection inside a multiplexer. Reads and writes may run at the same time, one of each.</summary>
public sealed partial class MuxStream
{
    public uint Id => throw new NotImplementedException();

    /// <summary>Set when the peer refused or broke the stream and said why (extended mode).</summary>
    public string? FailureReason => throw new NotImplementedException();

    /// <summary>Bytes read; 0 once the peer has ended its direction. Throws IOException when the stream was aborted.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Waits for the peer's window (extended) and for the output. Throws IOException when the stream was aborted.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ends our direction: half-close in extended mode. In stock mode FIN is the end of both directions.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ends both directions at once; the reason reaches the peer in extended mode.</summary>
    public ValueTask AbortAsync(string reason) => throw new NotImplementedException();
}
