using Postern.Server.Events.Delivery;
using Postern.Server.Events.Endpoints;
using Postern.Server.Events.Rules;

namespace Postern.Server.Events;

internal static class EventsFeature
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<EventOutbox>()
        .AddSingleton<RuleStore>()
        .AddSingleton<EndpointStore>()
        .AddSingleton<DeliveryStore>()
        .AddSingleton<DeadLetterStore>()
        .AddSingleton<AddressGuard>()
        .AddSingleton<Webhooks>()
        .AddSingleton<Commands>()
        .AddSingleton<TargetSenders>()
        .AddSingleton<TargetLanes>()
        .AddHostedService(provider => provider.GetRequiredService<TargetLanes>())
        .AddHostedService<EventRouter>()
        .AddSingleton<EventUpkeep>()
        .AddHostedService(provider => provider.GetRequiredService<EventUpkeep>())
        // Constructed before the audit log starts: it is told of what is written from the first entry on.
        .AddHostedService<EventCollector>();
}
