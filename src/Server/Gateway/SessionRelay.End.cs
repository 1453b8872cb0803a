using Postern.Protocol.Messages;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

internal sealed partial class SessionRelay
{
    /// <summary>Both ends are told within a limit, whether they read or not: what is done afterwards waits for nobody.</summary>
    private Task EndAsync(SessionEnd end)
    {
        var agent = EndAgentAsync(end);
        return Task.WhenAll(agent, EndClientAsync(end, agent));
    }

    private async Task EndAgentAsync(SessionEnd end)
    {
        if (_toAgent.Socket is not { } socket)
            return;
        if (!end.TellAgent)
            await WaitForLastOutputAsync(socket);
        else if (await TrySendClosedAsync(_toAgent, "", _options.CloseWait))
            await TryWaitAsync(socket.Finished, _options.CloseWait);
        socket.Abort("The session is over.");
    }

    /// <summary>The agent was not told: it has ended of itself, and closes its socket when its last output is out.</summary>
    private async Task WaitForLastOutputAsync(ChannelSocket agent)
    {
        var (since, seen) = (_time.GetTimestamp(), Volatile.Read(ref _highestOutput));
        while (!await TryWaitAsync(agent.Finished, _options.LastOutput))
        {
            var highest = Volatile.Read(ref _highestOutput);
            var goesOn = highest != seen || _toClient is { Socket: not null, IsBusy: true };
            if (!goesOn || _time.GetElapsedTime(since) >= _options.SlowClient)
                return;
            seen = highest;
        }
    }

    private async Task EndClientAsync(SessionEnd end, Task agent)
    {
        if (!end.TellAgent)
            await agent;
        _gate.Close();
        var limit = end.TellAgent ? _options.CloseWait : _options.SlowClient;
        if (!await TrySendClosedAsync(_toClient, end.Output, limit))
        {
            _toClient.Socket?.Abort("It takes nothing.");
            return;
        }
        _toClient.Wake();
        // A client that was here and left gets no other token; one that has not come yet still has its first.
        if (_toClient.Socket is null && Volatile.Read(ref _clientCame))
            return;
        await TryWaitAsync(_toClient.FinalSent, _toClient.Socket is null ? _options.LateClient : _options.LongestHold + limit);
        // Closing first could discard what the client has not read; and one that is cut off would come back at once.
        if (_toClient.FinalSent.IsCompleted && _toClient.Socket is { } socket)
            await TryWaitAsync(socket.Finished, limit);
    }

    /// <summary>False: the end does not read, so that nothing can be put behind what was sent before.</summary>
    private async Task<bool> TrySendClosedAsync(OutboundLane lane, string output, TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        var sending = lane.SendAsync(FrameKind.ChannelClosed, 0, MessageFactory.ChannelClosed(SessionId, NodeId, output, _time), either.Token).AsTask();
        try
        {
            await sending.WaitAsync(either.Token); // its own write hears no token
            return true;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>False when the limit came first, which is the answer.</summary>
    private async Task<bool> TryWaitAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, _time, _stop.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
