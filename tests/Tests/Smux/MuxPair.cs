using Postern.Protocol.Smux;

namespace Postern.Tests.Smux;

/// <summary>Two multiplexers, the output of each joined to the input of the other.</summary>
internal sealed class MuxPair : IAsyncDisposable
{
    public MuxPair(bool extended, Func<MuxOptions, MuxOptions>? change = null)
    {
        change ??= options => options;
        Client = new MuxSession(change(new MuxOptions { Role = MuxRole.Client, Extended = extended }), (bytes, token) => Server!.ReceiveAsync(bytes, token));
        Server = new MuxSession(change(new MuxOptions { Role = MuxRole.Server, Extended = extended }), (bytes, token) => Client.ReceiveAsync(bytes, token));
    }

    public MuxSession Client { get; }
    public MuxSession Server { get; }

    /// <summary>A stream and its other end.</summary>
    public async Task<(MuxStream Client, MuxStream Server)> OpenAsync()
    {
        var client = await Client.OpenAsync(default);
        var server = await Server.AcceptAsync(default).AsTask().WaitAsync(DataStream.Deadline.Time);
        return (client, server!);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
