using System.Text.Json;
using Postern.Server.Events.Patterns;
using Postern.Server.Storage;

namespace Postern.Server.Events.Rules;

/// <summary>The enabled rules as they were at one time, ready to match.</summary>
internal sealed class RuleBook
{
    private readonly List<(EventPattern Pattern, string[] Lanes)> _rules = [];

    private RuleBook(long version) => Version = version;

    /// <summary>The number of changes that led to it.</summary>
    public long Version { get; }

    public static async Task<RuleBook> ReadAsync(RuleStore store, ILogger log, CancellationToken cancellationToken)
    {
        var (version, rules, targets) = await store.ReadAsync(cancellationToken);
        var book = new RuleBook(version);
        var lanes = targets.ToLookup(target => target.RuleName, target => target.Lane);
        foreach (var rule in rules.Where(rule => rule.State == RuleRow.Enabled && lanes.Contains(rule.Name)))
        {
            try
            {
                book._rules.Add((EventPattern.Parse(rule.Pattern), [.. lanes[rule.Name]]));
            }
            catch (PatternSyntaxException e)
            {
                log.UnreadableRule(rule.Name, e.Message); // written by another version
            }
        }
        return book;
    }

    /// <summary>The lanes that an event goes to.</summary>
    public IEnumerable<string> LanesOf(EventRow row)
    {
        if (_rules.Count == 0)
            return [];
        using var happened = JsonDocument.Parse(row.Event, new JsonDocumentOptions { MaxDepth = EventPattern.MaxDepth + 1 });
        var root = happened.RootElement;
        return _rules.Where(rule => rule.Pattern.Matches(root)).SelectMany(rule => rule.Lanes).ToList();
    }
}
