namespace Postern.Server.Api;

/// <param name="Places">Held at once, by all together.</param>
/// <param name="Waiting">Who may wait for one at once, all together.</param>
/// <param name="LongestWait">Then the answer is no.</param>
/// <param name="LongestHold">A place that was not given back by then is taken away: what it was for takes no work any more, or never ends.</param>
internal sealed record PlaceLimits(int Places, int Waiting, TimeSpan LongestWait, TimeSpan LongestHold);

/// <summary>
/// Bounds work in progress, shared fairly: whoever holds as many places as are free gets no other now. One who asks for all gets a half, two get a
/// third each, and whoever holds none finds one. The same rule holds for who may wait. Waiting ones get their turn one after another, whoever has many.
/// What is kept goes by places and waiters, and both are bounded.
/// </summary>
internal sealed class FairPlaces<TKey>(PlaceLimits limits, TimeProvider time) where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Share> _shares = [];
    /// <summary>Those with waiters, in the order of their turns.</summary>
    private readonly Queue<Share> _turns = new();
    private int _free = limits.Places, _mayWait = limits.Waiting;

    /// <summary>Places that are held.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
                return limits.Places - _free;
        }
    }

    /// <summary>Null: there was none in time, or too many wait already. Dispose the place to give it back; safe to call again.</summary>
    public async ValueTask<IDisposable?> TakeAsync(TKey key, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;
        lock (_lock)
        {
            if (!_shares.TryGetValue(key, out var share))
                _shares[key] = share = new Share(key);
            if (share.Taken < _free)
                return Take(share);
            if (share.Waiters.Count >= _mayWait)
            {
                ForgetWhenEmpty(share);
                return null;
            }
            _mayWait--;
            waiter = share.Waiters.AddLast(new Waiter());
            if (!share.HasTurn)
                GiveTurn(share);
        }
        try
        {
            return await waiter.Value.Granted.Task.WaitAsync(limits.LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return await WithdrawAsync(waiter);
        }
        catch (OperationCanceledException)
        {
            (await WithdrawAsync(waiter))?.Dispose();
            throw;
        }
    }

    /// <summary>Gives up waiting. A place that came at the same moment is taken.</summary>
    private async ValueTask<IDisposable?> WithdrawAsync(LinkedListNode<Waiter> waiter)
    {
        lock (_lock)
        {
            if (waiter.List is { } waiters)
            {
                waiters.Remove(waiter);
                _mayWait++;
                return null; // its share is forgotten when its turn comes
            }
        }
        return await waiter.Value.Granted.Task;
    }

    // What follows is called with the lock held.

    private Place Take(Share share)
    {
        share.Taken++;
        _free--;
        return new Place(this, share, limits.LongestHold, time);
    }

    private void GiveTurn(Share share)
    {
        share.HasTurn = true;
        _turns.Enqueue(share);
    }

    /// <summary>Gives free places to whoever waits, until a whole round finds nobody who may have one.</summary>
    private void Serve()
    {
        for (var refused = 0; _free > 0 && refused < _turns.Count;)
        {
            var share = _turns.Dequeue();
            share.HasTurn = false;
            if (share.Waiters.First is not { } first)
            {
                ForgetWhenEmpty(share);
                continue;
            }
            if (share.Taken < _free)
            {
                share.Waiters.RemoveFirst();
                _mayWait++;
                first.Value.Granted.TrySetResult(Take(share));
                refused = 0;
            }
            else
            {
                refused++;
            }
            GiveTurn(share);
        }
    }

    private void ForgetWhenEmpty(Share share)
    {
        if (share is { Taken: 0, HasTurn: false })
            _shares.Remove(share.Key);
    }

    private void GiveBack(Share share)
    {
        lock (_lock)
        {
            share.Taken--;
            _free++;
            ForgetWhenEmpty(share);
            Serve();
        }
    }

    private sealed class Share(TKey key)
    {
        public TKey Key { get; } = key;
        public int Taken { get; set; }
        public bool HasTurn { get; set; }
        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Waiter
    {
        public TaskCompletionSource<IDisposable?> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Place : IDisposable
    {
        private readonly FairPlaces<TKey> _places;
        private readonly Share _share;
        private readonly ITimer _limit;
        private int _givenBack;

        public Place(FairPlaces<TKey> places, Share share, TimeSpan longest, TimeProvider time)
        {
            (_places, _share) = (places, share);
            _limit = time.CreateTimer(static place => ((Place)place!).Dispose(), this, longest, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _givenBack, 1) != 0)
                return;
            _limit?.Dispose(); // null when the time is over before the constructor is
            _places.GiveBack(_share);
        }
    }
}
