using System.Threading.Channels;

namespace Postern.Server.Events;

/// <summary>Wakes a worker; one that is not waiting yet does not wait the next time.</summary>
internal sealed class Wake
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancellationToken) => await _set.Reader.ReadAsync(cancellationToken);
}
