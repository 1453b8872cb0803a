namespace Postern.Protocol.Smux;

/// <summary>
/// Many TCP connections inside one ordered byte stream. Feed what arrives to <see cref="ReceiveAsync"/>; what is to be sent goes to the
/// output given. A wrong version, command or length ends the session with <see cref="MuxProtocolException"/>. No keep-alive is sent
/// and none is expected.
/// </summary>
public sealed partial class MuxSession : IAsyncDisposable
{
    private const uint FirstClientId = 3, FirstServerId = 2;

    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _output;
    private readonly CancellationTokenSource _life = new();
    private readonly CancellationToken _lifeToken;
    /// <summary>By id, those of which something may still come.</summary>
    private readonly Dictionary<uint, MuxStream> _streams = [];
    /// <summary>All that cost memory, and so count: until they are over, their last frame is written and their owner has let go of them.</summary>
    private readonly HashSet<MuxStream> _present = [];
    private readonly Queue<MuxStream> _arrived = new();
    private readonly Signal _arrival = new();
    private readonly Task _writing;
    private uint? _nextId;
    private bool _ended;

    /// <param name="options">Role, mode, limits.</param>
    /// <param name="output">Takes bytes in order; calls never overlap; the memory is free again when the task ends.</param>
    public MuxSession(MuxOptions options, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output)
    {
        options.Validate();
        Options = options;
        Growth = new WindowBudget(options.SessionGrowth, within: options.Budget);
        _output = output;
        _lifeToken = _life.Token;
        _nextId = options.Role == MuxRole.Client ? FirstClientId : FirstServerId;
        _writing = WriteLoopAsync();
    }

    internal MuxOptions Options { get; }

    /// <summary>What the windows of all streams may grow by.</summary>
    internal WindowBudget Growth { get; }

    /// <summary>What ended the session, if it was an error.</summary>
    public Exception? Cause { get; private set; }

    /// <summary>Guards the session and all its streams. Held for moments only, never while waiting.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Opens a stream; the peer learns of it at once. Throws IOException when there are too many or the session has ended.</summary>
    public async ValueTask<MuxStream> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        MuxStream stream;
        lock (Gate)
        {
            if (_ended)
                throw new IOException("The session has ended.", Cause);
            if (_present.Count >= Options.MaxStreams)
                throw new IOException($"The session already carries {Options.MaxStreams} connections, the most it may.");
            if (_nextId is not { } id)
                throw new IOException("The session has used up its stream ids; start another.");
            _nextId = id > uint.MaxValue - 2 ? null : id + 2;
            stream = new MuxStream(this, id, opened: true);
            Add(stream);
            MarkReady(stream);
        }
        await WriteThroughAsync(stream).ConfigureAwait(false);
        return stream;
    }

    /// <summary>The next stream the peer opened; null when the session has ended. One caller at a time.</summary>
    public async ValueTask<MuxStream?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (Gate)
            {
                if (_ended)
                    return null;
                while (_arrived.TryDequeue(out var stream))
                {
                    if (!stream.IsAborted)
                        return stream;
                    stream.Release(); // aborted before anybody took it, it needs nobody
                }
            }
            await _arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the session: every stream is aborted, bytes that still arrive are dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        End(null);
        await _writing.ConfigureAwait(false);
    }

    /// <summary>The one place where a session ends; keeps the first reason, safe to call again.</summary>
    private void End(Exception? cause)
    {
        lock (Gate)
        {
            if (_ended)
                return;
            _ended = true;
            Cause = cause;
            foreach (var stream in _streams.Values)
                stream.OnSessionEnded();
            _streams.Clear();
            _present.Clear();
            _arrived.Clear();
        }
        _arrival.Set();
        _room.Set();
        _wake.Set();
        _life.Cancel();
    }

    // What follows is called with the lock held.

    private void Add(MuxStream stream)
    {
        _streams.Add(stream.Id, stream);
        _present.Add(stream);
    }

    /// <summary>Both directions are over. A peer may have opened the id again meanwhile (version 1 does not forbid it).</summary>
    internal void Remove(MuxStream stream)
    {
        if (_streams.TryGetValue(stream.Id, out var present) && present == stream)
            _streams.Remove(stream.Id);
    }

    /// <summary>The stream's owner has let go of it, or its last frame was written.</summary>
    internal void LeaveIfOver(MuxStream stream)
    {
        if (stream is { IsReleased: true, IsQueued: false })
            _present.Remove(stream);
    }
}
