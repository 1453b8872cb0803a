namespace Postern.Protocol.Smux;

/// <summary>One TCP connection inside a multiplexer. Reads and writes may run at the same time, one of each.</summary>
public sealed partial class MuxStream
{
    private readonly MuxSession _session;
    private readonly Signal _writable = new();
    /// <summary>Why both directions ended at once; null while they have not.</summary>
    private string? _aborted;

    internal MuxStream(MuxSession session, uint id, bool opened)
    {
        _session = session;
        Id = id;
        _synOwed = opened;
        _sendCredit = Extended ? MuxOptions.InitialWindow : long.MaxValue;
        _window = new PathWindow(session.Options.StreamWindow, session.Options.LargestStreamWindow, session.Growth);
    }

    public uint Id { get; }

    internal Signal Readable { get; } = new();

    /// <summary>Data has arrived that the reader has not been told of.</summary>
    internal bool IsReadable { get; set; }

    /// <summary>Whether one direction can end while the other goes on (extended mode).</summary>
    public bool SupportsHalfClose => Extended;

    /// <summary>Set when the peer refused or broke the stream and said why (extended mode). One line, no control characters.</summary>
    public string? FailureReason { get; private set; }

    /// <summary>The peer has sent data: whatever it stands for was reached.</summary>
    public bool Answered { get; private set; }

    /// <summary>Whether FIN has to wait for the peer's, because it would end the peer's direction as well: see <see cref="BridgedConnection"/>.</summary>
    internal bool DelaysFin => !Extended && _session.Options.Role == MuxRole.Client;

    internal bool IsAborted => _aborted is not null;

    /// <summary>Nobody will read or write it any more.</summary>
    internal bool IsReleased { get; private set; }

    private bool Extended => _session.Options.Extended;

    /// <summary>
    /// Lets go of the stream: whoever opened or accepted it calls this last, or the session counts it for ever. Ends both directions at once if
    /// they have not ended; the reason (cut at 512 bytes) reaches the peer in extended mode. Does not wait for the output.
    /// </summary>
    public ValueTask AbortAsync(string reason)
    {
        lock (_session.Gate)
        {
            Abort(reason);
            Release();
        }
        _session.WakeWriter();
        return ValueTask.CompletedTask;
    }

    // What follows is called with the session's lock held.

    internal void Abort(string reason)
    {
        // FIN may still wait for its turn to be written: a reset in its place would throw away what the peer has not read yet.
        if (_aborted is not null || (_finOwed && _finReceived))
        {
            DropUnread();
            return;
        }
        if (Extended)
            _resetOwed = reason;
        else
            _finOwed = true;
        EndBoth(reason);
        _session.Remove(this);
        _session.MarkReady(this);
    }

    internal void Release()
    {
        IsReleased = true;
        _session.LeaveIfOver(this);
    }

    /// <summary>Ends both directions, also where only the reader is behind: it must not take what is dropped for the whole.</summary>
    internal void Break(string reason)
    {
        if (_finOwed && _finReceived)
        {
            _aborted ??= reason;
            Readable.Set();
        }
        Abort(reason);
    }

    internal void OnReset(string reason)
    {
        FailureReason = reason;
        EndBoth(reason.Length > 0 ? reason : "The peer reset the connection.");
        _session.Remove(this);
    }

    internal void OnSessionEnded() => EndBoth("The session has ended.");

    private void EndBoth(string reason)
    {
        _aborted = reason;
        if (Extended)
            _finOwed = false;
        _pending = default;
        DropUnread();
        Readable.Set();
        _writable.Set();
    }

    private void ThrowIfAborted()
    {
        if (_aborted is { } reason)
            throw new IOException(reason, _session.Cause);
    }

    private void RemoveIfOver()
    {
        if (_finOwed && _finReceived)
            _session.Remove(this);
    }
}
