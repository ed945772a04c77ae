namespace AioHub.Core.Tasks;

/// <summary>What bounds the rows of tasks. Section <c>AioHub:Tasks</c>.</summary>
public sealed class TaskOptions
{
    /// <summary>How long a task's row outlives its end: so long it stands in its owner's list. Its charge stays in the request log.</summary>
    [System.ComponentModel.DataAnnotations.Range(typeof(TimeSpan), "1.00:00:00", "3660.00:00:00")]
    public TimeSpan EndedLifetime { get; set; } = TimeSpan.FromDays(30);
}
