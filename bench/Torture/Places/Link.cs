using System.Net.Sockets;

namespace Postern.Bench.Torture.Places;

/// <summary>One TCP connection passing through a <see cref="Network"/>.</summary>
internal sealed class Link(Network network, Socket near, Socket far)
{
    private const int BufferSize = 64 * 1024;

    private readonly long _made = TimeProvider.System.GetTimestamp();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _passed;
    private volatile bool _silent;

    public long Passed => Volatile.Read(ref _passed);
    public TimeSpan Age => TimeProvider.System.GetElapsedTime(_made);

    /// <summary>From now on nothing passes and nobody is told: the peer of a machine that vanished.</summary>
    public void Silence() => _silent = true;

    /// <summary>Both ends get RST.</summary>
    public void Reset()
    {
        near.Close(timeout: 0);
        far.Close(timeout: 0);
        _gone.TrySetResult();
    }

    /// <summary>Both ends get FIN, as from a relay that ends the connection in good order.</summary>
    public void Finish()
    {
        foreach (var socket in (ReadOnlySpan<Socket>)[near, far])
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                continue; // it has ended already
            }
        }
    }

    /// <summary>Passes bytes until the connection ends.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(CopyAsync(near, far, cancellationToken), CopyAsync(far, near, cancellationToken));
        }
        finally
        {
            near.Dispose();
            far.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await network.OpenAsync(cancellationToken);
                if (_silent)
                    await _gone.Task.WaitAsync(cancellationToken);
                Interlocked.Add(ref _passed, count);
                for (ReadOnlyMemory<byte> left = buffer.AsMemory(0, count); left.Length > 0;)
                    left = left[await to.SendAsync(left, cancellationToken)..];
            }
            // A silenced connection does not even pass on its end.
            if (_silent)
                await _gone.Task.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return; // one of the ends is gone; the other is told by the caller
        }
    }
}
