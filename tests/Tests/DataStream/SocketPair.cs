using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Postern.Tests.DataStream;

/// <summary>Two WebSockets joined in memory, that can be cut like a cable.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly Pipe _toServer, _toClient;

    public SocketPair(int pipeSize = 256 * 1024, string? subProtocol = null)
    {
        var options = new PipeOptions(pauseWriterThreshold: pipeSize, resumeWriterThreshold: pipeSize / 2, useSynchronizationContext: false);
        (_toServer, _toClient) = (new Pipe(options), new Pipe(options));
        Client = WebSocket.CreateFromStream(new DuplexStream(_toClient.Reader, _toServer.Writer), new WebSocketCreationOptions { IsServer = false, SubProtocol = subProtocol });
        Server = WebSocket.CreateFromStream(new DuplexStream(_toServer.Reader, _toClient.Writer), new WebSocketCreationOptions { IsServer = true, SubProtocol = subProtocol });
    }

    public WebSocket Client { get; }
    public WebSocket Server { get; }

    /// <summary>Both ends fail from now on; what was under way is lost.</summary>
    public void Cut()
    {
        Client.Abort();
        Server.Abort();
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private sealed class DuplexStream(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _input = reader.AsStream(), _output = writer.AsStream();

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() { }
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            // A real connection's pending reads and writes end when it is closed.
            reader.CancelPendingRead();
            writer.CancelPendingFlush();
            _input.Dispose();
            _output.Dispose();
            base.Dispose(disposing);
        }
    }
}
