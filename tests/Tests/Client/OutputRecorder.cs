using System.Text;
using System.Threading.Channels;
using Postern.Client;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;

namespace Postern.Tests.Client;

/// <summary>Takes what a session receives.</summary>
internal sealed class OutputRecorder
{
    private readonly Channel<byte[]> _payloads = Channel.CreateUnbounded<byte[]>();

    public OutputRecorder(ClientSession session) => session.Attach((_, payload, _) =>
    {
        _payloads.Writer.TryWrite(payload.ToArray());
        return ValueTask.CompletedTask;
    });

    public async Task<byte[]> NextAsync() => await _payloads.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Time);

    public async Task<string> ReadAsync(int bytes)
    {
        var text = new StringBuilder();
        while (text.Length < bytes)
            text.Append(Encoding.ASCII.GetString(await NextAsync()));
        return text.ToString();
    }
}
