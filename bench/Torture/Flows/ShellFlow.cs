using System.Text;

namespace Postern.Bench.Torture.Flows;

/// <summary>Numbered lines typed into a shell, each of which the shell must answer once and in order.</summary>
internal sealed class ShellFlow(string name, Stream terminal) : Flow(name)
{
    private const int MostUnanswered = 64, AnswerWidth = 200, LongestLine = 64 * 1024;
    private const string Ready = "torture-ready";
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20), Retry = TimeSpan.FromMilliseconds(20);

    private long _typed, _answered, _mark;
    private volatile bool _paused;

    /// <summary>
    /// Whether nobody types: while its program is stopped and wakes up, the runtime below that program sets the terminal back to echoing,
    /// until the program sets it right again.
    /// </summary>
    public bool Paused { set => _paused = value; }

    public override long Verified => Volatile.Read(ref _answered) * AnswerOf(0).Length;
    public override bool IsPastMark => Volatile.Read(ref _answered) > Volatile.Read(ref _mark);
    public override string Progress => $"{Name}: {_answered} of {_typed} lines answered (mark {_mark})";

    public override void Mark() => Volatile.Write(ref _mark, Volatile.Read(ref _typed));

    protected override async Task PlayAsync(CancellationToken cancellationToken)
    {
        var lines = LinesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (lines)
        {
            // The quotes keep the echo of this line from being taken for its output.
            await TypeAsync($"stty -echo; PS1=; echo {Ready[..3]}''{Ready[3..]}; while read -r x; do printf 'got:%s:%0{AnswerWidth}d\\n' $x $x; done", cancellationToken);
            while (await lines.MoveNextAsync() && !lines.Current.EndsWith(Ready, StringComparison.Ordinal))
                continue;
            await AllAsync(cancellationToken, TypeAllAsync, token => CheckAllAsync(lines, token));
        }
    }

    private static string AnswerOf(long number) => $"got:{number}:{number.ToString($"D{AnswerWidth}")}";

    private async Task TypeAllAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_paused || Volatile.Read(ref _typed) - Volatile.Read(ref _answered) >= MostUnanswered)
                await Task.Delay(Retry, cancellationToken);
            await TypeAsync(Interlocked.Increment(ref _typed).ToString(), cancellationToken);
            await Task.Delay(Between, cancellationToken);
        }
    }

    private async Task CheckAllAsync(IAsyncEnumerator<string> lines, CancellationToken cancellationToken)
    {
        while (await lines.MoveNextAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = _answered + 1;
            if (lines.Current != AnswerOf(next))
                throw new StreamBrokenException(DamageOf(lines.Current, next), $"{Name}: instead of the answer to line {next} came '{lines.Current}'");
            Interlocked.Increment(ref _answered);
        }
        throw new StreamBrokenException(Damage.Ended, $"{Name}: ended after {_answered} lines");
    }

    private static Damage DamageOf(string line, long next) => line.Split(':') is ["got", var number, _] && long.TryParse(number, out var came) && line == AnswerOf(came)
        ? came > next ? Damage.Lost : Damage.Doubled
        : Damage.Changed;

    private async Task TypeAsync(string line, CancellationToken cancellationToken) =>
        await terminal.WriteAsync(Encoding.ASCII.GetBytes(line + "\r"), cancellationToken);

    private async IAsyncEnumerable<string> LinesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (buffer, text) = (new byte[LongestLine], new StringBuilder());
        while (await terminal.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            var lines = text.ToString().Split('\n');
            text.Clear().Append(lines[^1]);
            foreach (var line in lines[..^1])
                yield return line.TrimEnd('\r');
        }
    }
}
