using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Events.Delivery;
using Postern.Server.Settings;

namespace Postern.Server.Events.Inputs;

/// <summary>What a target is given: the event, a part of it, something else, or a message made of its values.</summary>
internal static class TargetInput
{
    /// <summary>Longest message, in characters: what a template makes of a long event ends here.</summary>
    public const int MaxLength = 512 * 1024;

    /// <summary>Null: all of it is well. Otherwise what is wrong.</summary>
    public static string? Fault(EventTarget target)
    {
        if (new object?[] { target.Input, target.InputPath, target.InputTransformer }.Count(one => one is not null) > 1)
            return $"Only one of Input, InputPath, or InputTransformer must be provided for target {target.Id}.";
        if (target.Input is { } input && !IsJson(input))
            return $"Parameter Input is not valid JSON for target {target.Id}.";
        if (target.InputPath is { } path && EventPath.Parse(path) is null)
            return $"Parameter InputPath is not a JSON path such as $.detail for target {target.Id}.";
        if (target.InputTransformer is not { } transformer)
            return null;
        if (transformer.InputTemplate is not { Length: > 0 } template)
            return $"InputTransformer has no InputTemplate for target {target.Id}.";
        foreach (var (name, value) in transformer.InputPathsMap ?? new Dictionary<string, string>())
        {
            if (name.StartsWith("AWS", StringComparison.OrdinalIgnoreCase))
                return $"InputPathsMap has the name {name}: names that begin with AWS are reserved, for target {target.Id}.";
            if (value is null || EventPath.Parse(value) is null)
                return $"InputPathsMap has for {name} no JSON path such as $.detail.user, for target {target.Id}.";
        }
        try
        {
            InputTemplate.Parse(template, transformer.InputPathsMap?.Keys ?? []);
            return null;
        }
        catch (FormatException e)
        {
            return $"{e.Message}, for target {target.Id}.";
        }
    }

    /// <exception cref="FormatException">It would be too long.</exception>
    public static string Of(LaneTarget lane, DueDelivery delivery, ServerOptions options)
    {
        var target = lane.Target;
        if (target.Input is { } fixedInput)
            return fixedInput;
        if (target is { InputPath: null, InputTransformer: null })
            return delivery.Event;
        using var happened = JsonDocument.Parse(delivery.Event, new JsonDocumentOptions { MaxDepth = Patterns.EventPattern.MaxDepth + 1 });
        var root = happened.RootElement;
        if (target.InputPath is { } path)
            return EventPath.Parse(path)?.Find(root) ?? "null";
        var paths = target.InputTransformer!.InputPathsMap ?? new Dictionary<string, string>();
        return InputTemplate.Parse(target.InputTransformer.InputTemplate!, paths.Keys)
            .Render(name => paths.TryGetValue(name, out var at) ? EventPath.Parse(at)?.Find(root) : Known(name, lane, delivery, root, options));
    }

    private static string? Known(string name, LaneTarget lane, DueDelivery delivery, JsonElement root, ServerOptions options) => name switch
    {
        "aws.events.rule-arn" => Quoted($"arn:aws:events:{options.Region}:{options.Account}:rule/{lane.RuleName}"),
        "aws.events.rule-name" => Quoted(lane.RuleName),
        "aws.events.event.ingestion-time" => Quoted(DateTimeOffset.FromUnixTimeMilliseconds(delivery.QueuedAt).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)),
        "aws.events.event.json" => delivery.Event,
        "aws.events.event" => Json.Write(json =>
        {
            foreach (var member in root.EnumerateObject().Where(member => member.Name != "detail"))
                member.WriteTo(json);
        }),
        _ => null,
    };

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
