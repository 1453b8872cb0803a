using System.Text;
using System.Text.RegularExpressions;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Recordings;

/// <summary>A shell whose client writes into a pipe: every byte that it received is kept as it came.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Child _child;
    private readonly Task _copy;
    private readonly Lock _lock = new();
    private readonly MemoryStream _received = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    private RawClient(Child child)
    {
        _child = child;
        _copy = CopyAsync(child.RawOutput);
    }

    public string SessionId { get; private set; } = "";

    /// <summary>All that came. The client says nothing of its own into a pipe.</summary>
    public byte[] Received
    {
        get
        {
            lock (_lock)
                return _received.ToArray();
        }
    }

    public int Length
    {
        get
        {
            lock (_lock)
                return (int)_received.Length;
        }
    }

    public static async Task<RawClient> StartAsync(Gateway gateway, string node)
    {
        var reason = $"raw client {Guid.NewGuid():N}";
        var client = new RawClient(Child.StartRaw(PosternPerson.Postern(gateway, "start", "--reason", reason, node)));
        try
        {
            await client.SeesAsync(@"[$#] ");
            var sessions = (await gateway.Api.CallAsync("DescribeSessions", new { State = "Active", Filters = new[] { new { key = "Target", value = node } } }))["Sessions"]!.AsArray();
            client.SessionId = sessions.Single(session => session!["Reason"]?.GetValue<string>() == reason)!["SessionId"]!.GetValue<string>();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public async Task SendAsync(string text)
    {
        await _child.Input.WriteAsync(Encoding.UTF8.GetBytes(text));
        await _child.Input.FlushAsync();
    }

    /// <summary>Types, and waits for what must appear after it.</summary>
    public async Task AnswersAsync(string typed, string pattern, TimeSpan? within = null)
    {
        var from = Length;
        await SendAsync(typed);
        await SeesAsync(pattern, from, within);
    }

    /// <param name="pattern">One character stands for one byte.</param>
    /// <param name="from">What came before does not count.</param>
    /// <param name="within">Null: the usual time.</param>
    public async Task<Match> SeesAsync(string pattern, int from = 0, TimeSpan? within = null)
    {
        const int overlap = 256;
        var deadline = Task.Delay(within ?? Deadline.Usual);
        var expression = new Regex(pattern, RegexOptions.CultureInvariant);
        while (true)
        {
            Task changed;
            string text;
            bool ended;
            lock (_lock)
            {
                (changed, ended) = (_changed.Task, _ended);
                text = Encoding.Latin1.GetString(_received.GetBuffer(), from, (int)_received.Length - from);
            }
            if (expression.Match(text) is { Success: true } match)
                return match;
            from = Math.Max(from, from + text.Length - overlap);
            if (ended || await Task.WhenAny(changed, deadline) == deadline)
                throw new TimeoutException($"Nothing matched /{pattern}/ {(ended ? "before the client ended" : "in time")}. Its last words: {text[^Math.Min(2000, text.Length)..]}\n{_child.Errors.Text}");
        }
    }

    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        var code = await _child.ExitAsync(within);
        await _copy.WaitAsync(Deadline.Usual);
        return code;
    }

    public async ValueTask DisposeAsync() => await _child.DisposeAsync();

    private async Task CopyAsync(Stream output)
    {
        var bytes = new byte[64 * 1024];
        int read;
        do
        {
            read = await output.ReadAsync(bytes);
            TaskCompletionSource changed;
            lock (_lock)
            {
                _received.Write(bytes, 0, read);
                _ended = read == 0;
                (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            changed.TrySetResult();
        }
        while (read > 0);
    }
}
