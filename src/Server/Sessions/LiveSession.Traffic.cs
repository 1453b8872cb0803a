namespace Postern.Server.Sessions;

/// <summary>Stream data that has passed a session, bytes, repetitions not counted.</summary>
internal readonly record struct SessionTraffic(long ToNode, long ToClient);

internal sealed partial class LiveSession
{
    private long _bytesToNode, _bytesToClient;
    private SessionTraffic _savedTraffic;

    /// <summary>All that has passed, whichever processes of the gateway passed it. After a kill -9 what passed since it was last saved is missing.</summary>
    public SessionTraffic Traffic => new(Row.BytesToNode + Interlocked.Read(ref _bytesToNode), Row.BytesToClient + Interlocked.Read(ref _bytesToClient));

    /// <summary>Stream data passed for the first time.</summary>
    public void Passed(SessionSide from, int bytes)
    {
        if (from == SessionSide.Client)
            Interlocked.Add(ref _bytesToNode, bytes);
        else
            Interlocked.Add(ref _bytesToClient, bytes);
    }

    /// <summary>The totals, when they are others than those returned before. Called by one at a time.</summary>
    public bool TryTakeUnsaved(out SessionTraffic traffic)
    {
        traffic = Traffic;
        if (traffic == _savedTraffic)
            return false;
        _savedTraffic = traffic;
        return true;
    }
}
