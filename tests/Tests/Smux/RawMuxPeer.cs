using System.Buffers.Binary;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;

namespace Postern.Tests.Smux;

/// <summary>A multiplexer whose peer is the test, frame by frame.</summary>
internal sealed class RawMuxPeer : IAsyncDisposable
{
    private readonly MemoryStream _output = new();
    private readonly SemaphoreSlim _written = new(0);
    private int _read;

    public RawMuxPeer(MuxOptions options)
    {
        Extended = options.Extended;
        Session = new MuxSession(options, OnOutput);
    }

    public MuxSession Session { get; }
    public bool Extended { get; }
    /// <summary>When set, the output waits for it, like a full socket.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;
    public int OutputCalls { get; private set; }

    public byte[] Output
    {
        get
        {
            lock (_output)
                return _output.ToArray();
        }
    }

    private async ValueTask OnOutput(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        lock (_output)
        {
            _output.Write(bytes.Span);
            OutputCalls++;
        }
        _written.Release();
        await Gate.WaitAsync(cancellationToken);
    }

    public static byte[] Frame(byte version, byte command, uint id, params byte[] body)
    {
        var frame = new byte[8 + body.Length];
        (frame[0], frame[1]) = (version, command);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(2), (ushort)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), id);
        body.CopyTo(frame, 8);
        return frame;
    }

    public byte[] Frame(byte command, uint id, params byte[] body) => Frame(Extended ? (byte)0x50 : (byte)1, command, id, body);

    public Task SendAsync(byte command, uint id, params byte[] body) => SendRawAsync(Frame(command, id, body));

    public Task SendRawAsync(byte[] bytes) => Session.ReceiveAsync(bytes, default).AsTask().WaitAsync(Deadline.Time);

    public async Task<MuxStream> AcceptAsync() => (await Session.AcceptAsync(default).AsTask().WaitAsync(Deadline.Time))!;

    /// <summary>The next frame the multiplexer wrote.</summary>
    public async Task<(byte Command, uint Id, byte[] Body)> ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (true)
        {
            lock (_output)
            {
                var bytes = _output.GetBuffer().AsSpan(_read, (int)_output.Length - _read);
                if (bytes.Length >= 8 && bytes.Length >= 8 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]))
                {
                    Assert.Equal(Extended ? 0x50 : 1, bytes[0]);
                    var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
                    _read += 8 + length;
                    return (bytes[1], BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), bytes.Slice(8, length).ToArray());
                }
            }
            await _written.WaitAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _written.Dispose();
    }
}
