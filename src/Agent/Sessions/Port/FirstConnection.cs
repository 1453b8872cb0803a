using System.Net.Sockets;

namespace Postern.Agent.Sessions.Port;

/// <summary>
/// Dials the destination once when the session starts: what cannot work is said at once, and the first connection of the person
/// finds its way already open. A connection nobody takes is dropped soon, so that the destination does not count it.
/// </summary>
internal sealed class FirstConnection : IAsyncDisposable
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(5);

    private readonly Destination _destination;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopped;
    private readonly Task _dialling, _expiring;
    private Socket? _socket;

    public FirstConnection(Destination destination, TimeProvider time, CancellationToken cancellationToken)
    {
        _destination = destination;
        _time = time;
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _dialling = DialAsync();
        _expiring = ExpireAsync();
    }

    /// <summary>
    /// The reason when the destination did not answer; null when it did, or when that is not known within the time.
    /// Throws <see cref="SessionFailedException"/> for a destination that is unknown or forbidden.
    /// </summary>
    public async Task<string?> FailureAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await _dialling.WaitAsync(limit, _time, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (DialException error)
        {
            return error.Message;
        }
    }

    /// <summary>The connection, once, if it is there and alive.</summary>
    public Socket? Take()
    {
        if (Interlocked.Exchange(ref _socket, null) is not { } socket)
            return null;
        if (IsAlive(socket))
            return socket;
        socket.Dispose();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _expiring;
        _stopped.Dispose();
    }

    private async Task DialAsync() => _socket = await _destination.DialAsync(_stopped.Token);

    // Data waiting is life (many servers speak first); readable without data is the end.
    private static bool IsAlive(Socket socket)
    {
        try
        {
            return socket.Available > 0 || !socket.Poll(0, SelectMode.SelectRead);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ExpireAsync()
    {
        try
        {
            await _dialling;
            await Task.Delay(KeepFor, _time, _stopped.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or DialException or SessionFailedException)
        {
            // Stopped, or told to who asked for the failure: what is left is to let go of the connection, if there is one.
        }
        Interlocked.Exchange(ref _socket, null)?.Dispose();
    }
}
