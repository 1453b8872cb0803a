using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>The sealed file of a recording as a gateway has it, fetched piece by piece while it is read. Once, from its beginning.</summary>
/// <param name="client">Of the gateway.</param>
/// <param name="sessionId">Whose recording.</param>
/// <param name="secrets">With its key, in clear.</param>
internal sealed class FetchedRecording(SessionClient client, string sessionId, bool secrets) : Stream
{
    private ReadOnlyMemory<byte> _piece;
    private long? _next = 0;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="AwsErrorException">What the gateway answered.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_piece.IsEmpty)
        {
            if (_next is not { } position)
                return 0;
            var fetched = await client.CallAsync(PlaybackOperations.GetRecording,
                new GetRecordingRequest { SessionId = sessionId, Sealed = true, Secrets = secrets ? true : null, Position = position }, cancellationToken);
            _piece = fetched.Data ?? [];
            _next = fetched.NextPosition;
            if (_next <= position)
                throw new IOException($"The gateway gives position {_next} of the recording after {position}: it would never end.");
        }
        var count = Math.Min(buffer.Length, _piece.Length);
        _piece[..count].CopyTo(buffer);
        _piece = _piece[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
}
