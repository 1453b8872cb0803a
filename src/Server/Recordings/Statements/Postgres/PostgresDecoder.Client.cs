using System.Globalization;

namespace Postern.Server.Recordings.Statements.Postgres;

internal sealed partial class PostgresDecoder
{
    private PostgresNames? _skippedNames;

    /// <summary>After an error in the extended protocol the server passes over everything up to the next Sync.</summary>
    private bool _skipping;

    private void Asked(PostgresMessage message, long time)
    {
        var fields = new FieldReader(message.Kept);
        switch (message.Type)
        {
            case (byte)'Q':
                Enqueue(Query(message, time), time);
                break;
            case (byte)'P':
                Enqueue(Parse(message, ref fields, time), time);
                break;
            case (byte)'B':
                Enqueue(Bind(ref fields, time), time);
                break;
            case (byte)'E':
                Enqueue(new(StepKind.Execute, time) { Name = NameIn(ref fields) }, time);
                break;
            case (byte)'D' or (byte)'C':
                var portal = fields.Byte() == 'P';
                Enqueue(new(message.Type == 'D' ? StepKind.Describe : StepKind.Close, time) { IsPortal = portal, Name = NameIn(ref fields) }, time);
                break;
            case (byte)'F':
                Enqueue(Function(fields.Int32(), time), time);
                break;
            case (byte)'S':
                Enqueue(new(StepKind.Sync, time), time);
                break;
            case (byte)'d' when _copyIn:
                _copied += message.Length;
                break;
            case (byte)'c' or (byte)'f' when _copyIn:
                _copyIn = false;
                break;
            case (byte)'c' or (byte)'f' when _waiting.Count > 0 && !_blind && !_skipping:
                Enqueue(new(StepKind.CopyEnd, time), time); // sent before the server asked for the data
                break;
        }
    }

    // query text, 0
    private PostgresStep Query(PostgresMessage message, long time)
    {
        var text = SqlText.Of(message.Kept is [.. var kept, 0] ? kept : message.Kept, Math.Max(0, message.Length - 1), SqlDialect.Postgres);
        return Held(StepKind.Query, StatementKind.Query, text, null, time);
    }

    // name, 0, query text, 0, number of parameter types (2), types (4 each)
    private PostgresStep Parse(PostgresMessage message, ref FieldReader fields, long time)
    {
        var name = NameIn(ref fields);
        var kept = fields.ZeroTerminated();
        // Without its end in what was kept, nothing says where it ends.
        var text = SqlText.Of(kept, fields.Failed ? message.Length : kept.Length, SqlDialect.Postgres);
        return Held(StepKind.Parse, StatementKind.Prepare, text, name, time);
    }

    // portal, 0, statement, 0, number of formats (2), formats (2 each), number of values (2), length and bytes of each
    private static PostgresStep Bind(ref FieldReader fields, long time)
    {
        var portal = NameIn(ref fields);
        var source = NameIn(ref fields);
        fields.Take(2L * (ushort)fields.Int16());
        var count = (ushort)fields.Int16();
        return new(StepKind.Bind, time) { Name = portal, Source = source, Parameters = fields.Failed ? null : count };
    }

    private PostgresStep Function(int number, long time)
        => Held(StepKind.Function, StatementKind.Function, null, string.Create(CultureInfo.InvariantCulture, $"{(uint)number}"), time);

    private PostgresStep Held(StepKind step, string kind, SqlText? text, string? name, long time)
    {
        var statement = journal.Begin(kind, text, time, string.IsNullOrEmpty(name) ? null : name);
        return new(step, time) { Name = name, Statement = journal.Hold(statement) ? statement : null };
    }

    private static string? NameIn(ref FieldReader fields)
    {
        var name = fields.ZeroTerminated();
        return fields.Failed ? null : SqlText.Name(name);
    }

    private void Enqueue(PostgresStep step, long time)
    {
        if (!_blind && _waiting.Count >= StatementLimits.Waiting)
            GoBlind(time, $"more than {StatementLimits.Waiting} messages wait for their answer");
        if (!_blind && !journal.Memory.Covers(ref _covered, (_waiting.Count + 1) * StatementLimits.WaitingMessage))
            GoBlind(time, "too much waits for an answer in all connections");
        if (_blind)
            Apply(_names, step, time, StatementOutcome.Unknown);
        else if (_skipping && step.Kind != StepKind.Sync)
            Skip(step, time);
        else if (!(_copyIn && step.Kind == StepKind.Sync)) // the server ignores it within the data
        {
            EndSkipping(step);
            _waiting.Enqueue(step);
        }
    }

    private void Skip(PostgresStep step, long time) => Apply(_skippedNames ??= new(journal.Memory, _names), step, time, StatementOutcome.Skipped);

    private void EndSkipping(PostgresStep step)
    {
        if (step.Kind != StepKind.Sync)
            return;
        _skipping = false;
        _skippedNames?.Clear();
    }

    /// <summary>Carries out a step that has no answer of its own: names change as if it had gone well, and what would run is recorded with the outcome given.</summary>
    private void Apply(PostgresNames names, PostgresStep step, long time, string outcome)
    {
        switch (step.Kind)
        {
            case StepKind.Parse:
                Prepare(names, step, time);
                break;
            case StepKind.Bind:
                names.Bind(step.Name, step.Source, step.Parameters);
                break;
            case StepKind.Close:
                names.Close(step.IsPortal, step.Name);
                break;
            case StepKind.Execute:
                journal.End(step.Statement ?? Resolve(names, step), time, outcome);
                break;
            case StepKind.Query or StepKind.Function when step.Statement is { } statement:
                journal.End(statement, time, outcome);
                break;
        }
    }

    private void Prepare(PostgresNames names, PostgresStep step, long time)
    {
        if (names.TryPrepare(step.Name, step.Statement?.Text))
            journal.Release(step.Statement);
        else
        {
            names.Close(portal: false, step.Name);
            if (step.Statement is { } unknown)
                journal.End(unknown, time);
        }
    }

    /// <summary>What an Execute means, at its turn.</summary>
    private Statement Resolve(PostgresNames names, PostgresStep step)
    {
        var portal = names.Portal(step.Name);
        var name = portal?.Source is { Length: > 0 } source ? source : portal is null && step.Name is { Length: > 0 } cursor ? cursor : null;
        var kind = portal is { Started: true } ? StatementKind.Fetch : StatementKind.Execute;
        if (portal is not null)
            portal.Started = true;
        return journal.Begin(kind, portal?.Prepared?.Text, step.Time, name, portal?.Parameters);
    }
}
