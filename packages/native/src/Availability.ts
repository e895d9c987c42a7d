/** Whether a package's addon can run here. */
export type Availability =
  | {
      available: true;
      /** Version of the addon; always that of its package. */
      version: string;
      /** Where it was loaded from. */
      path: string;
    }
  | {
      available: false;
      /** Every place that was tried, and why it did not serve. */
      reason: string;
    };
