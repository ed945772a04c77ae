using System.Globalization;

namespace AioHub.Core.Tests.Routing;

/// <summary>
/// The router beside choosers that know nothing. <c>SIMULATION_CALLS=50000</c> runs the table of <c>docs/routing.md</c>; without it a shorter day has floors.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void The_router_answers_more_wastes_less_and_keeps_caches_warm()
    {
        var calls = int.TryParse(Environment.GetEnvironmentVariable("SIMULATION_CALLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1_000, 1_000_000) : 6_000;
        var figures = Enum.GetValues<Chooser>().ToDictionary(static chooser => chooser, chooser => RoutingSimulation.Run(chooser, calls));
        output.WriteLine("| chooser | answered | wasted attempts per 1,000 | first token p50, ms | p95, ms | spread | cache hits |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var one in figures.Values)
            output.WriteLine(one.ToString());

        foreach (var hub in new[] { figures[Chooser.Weighted], figures[Chooser.LeastLatency], figures[Chooser.RoundRobinPolicy] })
        {
            foreach (var plain in new[] { figures[Chooser.RoundRobin], figures[Chooser.Random] })
            {
                hub.Success.ShouldBeGreaterThanOrEqualTo(0.997);
                hub.Success.ShouldBeGreaterThan(plain.Success);
                hub.Wasted.ShouldBeLessThan(plain.Wasted / 2);
                hub.Hits.ShouldBeGreaterThan(Math.Max(0.8, plain.Hits * 3));
                hub.P50.ShouldBeLessThan(plain.P50);
                hub.P95.ShouldBeLessThan(plain.P95);
            }
        }
    }
}
